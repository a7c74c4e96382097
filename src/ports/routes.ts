/** The charging port as the REST door shows it. */

import { z } from 'zod';
import { EntityId } from '../core/entity-id.ts';
import type { Resource } from '../http/resource.ts';
import { Name } from './events.ts';
import type { Port, PortCommand } from './port.ts';

export const NewPort = z.strictObject({ id: EntityId.optional(), name: Name });

export const RenamedPort = z.strictObject({ name: Name });

export const portResource: Resource<
  Port | undefined,
  PortCommand,
  z.infer<typeof NewPort>,
  z.infer<typeof RenamedPort>
> = {
  // `/port` is the name that the catalogue's first clients used.
  paths: ['ports', 'port'],
  noun: 'port',
  present: ({ id, state }) => (state === undefined ? undefined : { id, name: state.name }),
  filters: { name: (port) => port?.name },
  add: { body: NewPort, command: ({ name }) => ({ type: 'AddPort', name }) },
  change: { body: RenamedPort, command: ({ name }) => ({ type: 'RenamePort', name }) },
  remove: () => ({ type: 'RemovePort' }),
};
