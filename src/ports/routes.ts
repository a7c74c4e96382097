/** The charging port as the REST door shows it. */

import { z } from 'zod';
import { EntityId } from '../core/entity-id.ts';
import type { Resource } from '../core/resource.ts';
import { Name } from './events.ts';
import type { Port, PortCommand } from './port.ts';

const id = EntityId.meta({
  description: 'A positive integer; made by the service when none is given.',
  example: 1,
});
const name = Name.meta({ description: 'What people call it, 1 to 100 characters.', example: 'USB-C' });

const PortDocument = z.object({ id, name }).meta({ id: 'Port', example: { id: 1, name: 'USB-C' } });

const NewPort = z
  .strictObject({ id: id.optional(), name })
  .meta({ id: 'NewPort', example: { id: 1, name: 'USB-C' } });

const RenamedPort = z.strictObject({ name }).meta({ id: 'RenamedPort', example: { name: 'MagSafe 3' } });

export const portResource: Resource<
  Port | undefined,
  PortCommand,
  z.infer<typeof NewPort>,
  z.infer<typeof RenamedPort>
> = {
  // `/port` is the name that the catalogue's first clients used.
  names: ['ports', 'port'],
  noun: 'port',
  schema: PortDocument,
  present: ({ id: portId, state }): z.infer<typeof PortDocument> | undefined =>
    state === undefined ? undefined : { id: portId, name: state.name },
  filters: { name: (port) => port?.name },
  add: { verb: 'add', body: NewPort, command: (body) => ({ type: 'AddPort', name: body.name }) },
  change: { verb: 'rename', body: RenamedPort, command: (body) => ({ type: 'RenamePort', name: body.name }) },
  remove: { verb: 'remove', command: () => ({ type: 'RemovePort' }) },
};
