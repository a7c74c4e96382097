/** The laptop as the REST door shows it. */

import { z } from 'zod';
import { EntityId } from '../core/entity-id.ts';
import type { Resource } from '../core/resource.ts';
import { Model, Title } from './events.ts';
import type { Laptop, LaptopCommand } from './laptop.ts';

const id = EntityId.meta({
  description: 'A positive integer; made by the service when none is given.',
  example: 1,
});
const title = Title.meta({ description: "The maker's name, 1 to 200 characters.", example: 'Lenovo' });
const model = Model.meta({ description: 'The model, 1 to 200 characters.', example: 'S3' });

const LaptopDocument = z
  .object({
    id,
    title,
    model,
    ports: z.array(z.object({ id: EntityId })).meta({ description: 'The charging ports that it has.' }),
  })
  .meta({ id: 'Laptop', example: { id: 1, title: 'Lenovo', model: 'S3', ports: [{ id: 1 }] } });

const NewLaptop = z
  .strictObject({ id: id.optional(), title, model })
  .meta({ id: 'NewLaptop', example: { id: 1, title: 'Lenovo', model: 'S3' } });

const RevisedLaptop = z
  .strictObject({ title, model })
  .meta({ id: 'RevisedLaptop', example: { title: 'Lenovo', model: 'S4' } });

export const laptopResource: Resource<
  Laptop | undefined,
  LaptopCommand,
  z.infer<typeof NewLaptop>,
  z.infer<typeof RevisedLaptop>
> = {
  names: ['laptops'],
  noun: 'laptop',
  schema: LaptopDocument,
  present({ id: laptopId, state }): z.infer<typeof LaptopDocument> | undefined {
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
