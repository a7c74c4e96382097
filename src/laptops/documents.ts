/** The laptop as JSON: what clients send and what they are answered. */

import { Model, Title } from '#contracts/laptops';
import { Name as PortName } from '#contracts/ports';
import { EntityId } from '@portside/kit';
import { z } from 'zod';

const id = EntityId.meta({
  description: 'A positive integer; made by the service when none is given.',
  example: 1,
});
const title = Title.meta({ description: "The maker's name, 1 to 200 characters.", example: 'Lenovo' });
const model = Model.meta({ description: 'The model, 1 to 200 characters.', example: 'S3' });

export const LaptopDocument = z
  .object({
    id,
    title,
    model,
    ports: z
      .array(z.object({ id: EntityId, name: PortName }))
      .meta({ description: 'The charging ports that it has, by the names that they have now.' }),
  })
  .meta({
    id: 'Laptop',
    example: { id: 1, title: 'Lenovo', model: 'S3', ports: [{ id: 1, name: 'USB-C' }] },
  });
export type LaptopDocument = z.infer<typeof LaptopDocument>;

export const NewLaptop = z
  .strictObject({ id: id.optional(), title, model })
  .meta({ id: 'NewLaptop', example: { id: 1, title: 'Lenovo', model: 'S3' } });
export type NewLaptop = z.infer<typeof NewLaptop>;

export const RevisedLaptop = z
  .strictObject({ title, model })
  .meta({ id: 'RevisedLaptop', example: { title: 'Lenovo', model: 'S4' } });
export type RevisedLaptop = z.infer<typeof RevisedLaptop>;
