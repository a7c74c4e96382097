/** The laptop as a resource of the REST API and the NATS API. */

import type { Laptop } from '#contracts/laptops';
import type { Resource } from '@portside/kit';
import { LaptopDocument, NewLaptop, RevisedLaptop } from './documents.ts';
import type { LaptopCommand, LaptopOthers } from './laptop.ts';

export const laptopResource: Resource<
  Laptop | undefined,
  LaptopCommand,
  NewLaptop,
  RevisedLaptop,
  LaptopOthers
> = {
  names: ['laptops'],
  noun: 'laptop',
  schema: LaptopDocument,
  present({ id: laptopId, state }, lookups): LaptopDocument | undefined {
    if (state === undefined) return undefined;
    const ports = state.portIds.flatMap((portId) => {
      const port = lookups.ports(portId);
      return port === undefined ? [] : [{ id: portId, name: port.name }];
    });
    return { id: laptopId, title: state.title, model: state.model, ports };
  },
  filters: { title: (laptop) => laptop?.title, model: (laptop) => laptop?.model },
  add: {
    verb: 'add',
    body: NewLaptop,
    command: (body) => ({ type: 'AddLaptop', title: body.title, model: body.model }),
  },
  change: { verb: 'revise', body: RevisedLaptop, command: (body) => ({ type: 'ReviseLaptop', ...body }) },
  remove: { verb: 'remove', command: () => ({ type: 'RemoveLaptop' }) },
  members: [
    {
      name: 'ports',
      noun: 'port',
      put: { verb: 'fit', command: (portId) => ({ type: 'FitPort', portId }) },
      take: { verb: 'unfit', command: (portId) => ({ type: 'UnfitPort', portId }) },
    },
  ],
};
