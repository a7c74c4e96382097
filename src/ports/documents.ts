/** The charging port as JSON: what clients send and what they are answered. */

import { Model, Title } from '#contracts/laptops';
import { Name } from '#contracts/ports';
import { EntityId } from '@portside/kit';
import { z } from 'zod';

const id = EntityId.meta({
  description: 'A positive integer; made by the service when none is given.',
  example: 1,
});
const name = Name.meta({ description: 'What people call it, 1 to 100 characters.', example: 'USB-C' });

export const PortDocument = z.object({ id, name }).meta({ id: 'Port', example: { id: 1, name: 'USB-C' } });
export type PortDocument = z.infer<typeof PortDocument>;

/** A laptop, as it is listed under a port that it has. */
export const LaptopOfPort = z
  .object({ id: EntityId, title: Title, model: Model })
  .meta({ id: 'LaptopOfPort', example: { id: 1, title: 'Lenovo', model: 'S3' } });
export type LaptopOfPort = z.infer<typeof LaptopOfPort>;

export const NewPort = z
  .strictObject({ id: id.optional(), name })
  .meta({ id: 'NewPort', example: { id: 1, name: 'USB-C' } });
export type NewPort = z.infer<typeof NewPort>;

export const RenamedPort = z
  .strictObject({ name })
  .meta({ id: 'RenamedPort', example: { name: 'MagSafe 3' } });
export type RenamedPort = z.infer<typeof RenamedPort>;
