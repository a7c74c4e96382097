/** The laptop as the REST door shows it. */

import type { Resource } from '../core/resource.ts';
import { LaptopDocument, NewLaptop, RevisedLaptop } from './documents.ts';
import type { Laptop, LaptopCommand } from './laptop.ts';

export const laptopResource: Resource<Laptop | undefined, LaptopCommand, NewLaptop, RevisedLaptop> = {
  names: ['laptops'],
  noun: 'laptop',
  schema: LaptopDocument,
  present({ id: laptopId, state }): LaptopDocument | undefined {
    if (state === undefined) return undefined;
    const ports = state.portIds.map((portId) => ({ id: portId }));
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
};
