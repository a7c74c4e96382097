import { z } from 'zod';
import { Name, portEvents, type PortEvent } from '#contracts/ports';
import type { TypesOf } from '../../../src/kit/domain/service/service.ts';
import { createDecider, type CallOf } from '../../../src/kit/domain/service/service-decider.ts';
import { portService } from '../../../src/ports/port.ts';
import type { Port } from '#contracts/ports';
import { Difference, withCurrentTime, type Kind } from './kind.ts';
import { RowId } from './row-id.ts';

const PortRow = z.strictObject({ id: RowId, name: Name });

type PortRow = z.output<typeof PortRow>;
type PortCommand = CallOf<TypesOf<typeof portService>>;

export const portKind: Kind<Port | undefined, PortCommand, PortEvent, PortRow> = {
  service: 'ports',
  noun: 'port',
  stream: 'PORTS',
  columns: {
    required: ['id', 'name'],
    optional: [],
    synonyms: { name: ['port', 'connector', 'charger', 'plug', 'type'] },
  },
  row: PortRow,
  events: portEvents,
  decider: withCurrentTime(createDecider(portService, { laptops: () => undefined })),

  plan({ name }, port) {
    if (port === undefined) return [{ verb: 'add', input: { name } }];
    if (port.name.normalize() !== name)
      return new Difference(`its name is ${JSON.stringify(port.name)}, not ${JSON.stringify(name)}`);
    return [];
  },
};
