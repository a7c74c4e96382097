/** JSON schemas of request and response bodies. */

import { Model, Title } from '#contracts/laptops';
import { Name as PortName } from '#contracts/ports';
import { EntityId } from '@portside/kit';
import { z } from 'zod';

const id = EntityId.meta({ description: 'A positive integer.', example: 1 });
const title = Title.meta({ description: 'The manufacturer, 1 to 200 characters.', example: 'Lenovo' });
const model = Model.meta({ description: 'The model, 1 to 200 characters.', example: 'S3' });

export const LaptopDocument = z
  .object({
    id,
    title,
    model,
    ports: z
      .array(z.object({ id: EntityId, name: PortName }))
      .meta({ description: 'The fitted charging ports with their current names.' }),
  })
  .meta({
    id: 'Laptop',
    example: { id: 1, title: 'Lenovo', model: 'S3', ports: [{ id: 1, name: 'USB-C' }] },
  });

export const NewLaptop = z
  .strictObject({ title, model })
  .meta({ id: 'NewLaptop', example: { id: 1, title: 'Lenovo', model: 'S3' } });

export const RevisedLaptop = z
  .strictObject({ title, model })
  .meta({ id: 'RevisedLaptop', example: { title: 'Lenovo', model: 'S4' } });
