import { z } from 'zod';
import { Name, portEvents, type PortEvent } from '#contracts/ports';
import { portDecider, type PortCommand } from '../../../src/ports/port.ts';
import type { Port } from '#contracts/ports';
import { Difference, type Kind } from './kind.ts';
import { RowId } from '../formats/row-id.ts';

const PortRow = z.strictObject({ id: RowId, name: Name });

type PortRow = z.output<typeof PortRow>;

export const portKind: Kind<Port | undefined, PortCommand, PortEvent, PortRow> = {
  service: 'ports',
  noun: 'port',
  stream: 'PORTS',
  columns: { required: ['id', 'name'], optional: [] },
  row: PortRow,
  events: portEvents,
  decider: portDecider,

  plan({ name }, port) {
    if (port === undefined) return [{ type: 'AddPort', name }];
    if (port.name !== name)
      return new Difference(`its name is ${JSON.stringify(port.name)}, not ${JSON.stringify(name)}`);
    return [];
  },
};
