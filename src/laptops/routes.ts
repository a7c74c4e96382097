/** The laptop as the REST door shows it. */

import { z } from 'zod';
import { EntityId } from '../core/entity-id.ts';
import type { Resource } from '../http/resource.ts';
import { Model, Title } from './events.ts';
import type { Laptop, LaptopCommand } from './laptop.ts';

export const NewLaptop = z.strictObject({ id: EntityId.optional(), title: Title, model: Model });

export const RevisedLaptop = z.strictObject({ title: Title, model: Model });

export const laptopResource: Resource<
  Laptop | undefined,
  LaptopCommand,
  z.infer<typeof NewLaptop>,
  z.infer<typeof RevisedLaptop>
> = {
  paths: ['laptops'],
  noun: 'laptop',
  present({ id, state }) {
    if (state === undefined) return undefined;
    const { title, model, portIds } = state;
    return { id, title, model, ports: portIds.map((portId) => ({ id: portId })) };
  },
  filters: { title: (laptop) => laptop?.title, model: (laptop) => laptop?.model },
  add: { body: NewLaptop, command: ({ title, model }) => ({ type: 'AddLaptop', title, model }) },
  change: { body: RevisedLaptop, command: ({ title, model }) => ({ type: 'ReviseLaptop', title, model }) },
  remove: () => ({ type: 'RemoveLaptop' }),
};
