/** The charging port as a resource of the REST API and the NATS API. */

import type { Laptop } from '#contracts/laptops';
import type { Port } from '#contracts/ports';
import type { Resource } from '@portside/kit';
import { LaptopOfPort, NewPort, PortDocument, RenamedPort } from './documents.ts';
import type { PortCommand } from './port.ts';

/** Entities of the followed streams that documents use. */
export type PortOthers = { readonly laptops: Laptop | undefined };

export const portResource: Resource<Port | undefined, PortCommand, NewPort, RenamedPort, PortOthers> = {
  // `/port` is an alias that early clients of the catalogue use.
  names: ['ports', 'port'],
  noun: 'port',
  schema: PortDocument,
  present: ({ id: portId, state }): PortDocument | undefined =>
    state === undefined ? undefined : { id: portId, name: state.name },
  filters: { name: (port) => port?.name },
  add: { verb: 'add', body: NewPort, command: (body) => ({ type: 'AddPort', name: body.name }) },
  change: { verb: 'rename', body: RenamedPort, command: (body) => ({ type: 'RenamePort', name: body.name }) },
  remove: { verb: 'remove', command: () => ({ type: 'RemovePort' }) },
  referrers: {
    laptops: {
      noun: 'laptop',
      schema: LaptopOfPort,
      present: ({ id: laptopId, state }): LaptopOfPort | undefined =>
        state && { id: laptopId, title: state.title, model: state.model },
    },
  },
};
