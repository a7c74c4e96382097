/** JSON schemas of request and response bodies. */

import { Model, Title } from '#contracts/laptops';
import { Name } from '#contracts/ports';
import { EntityId } from '@portside/kit';
import { z } from 'zod';

const id = EntityId.meta({ description: 'A positive integer.', example: 1 });
const name = Name.meta({ description: 'The name, 1 to 100 characters.', example: 'USB-C' });

export const PortDocument = z.object({ id, name }).meta({ id: 'Port', example: { id: 1, name: 'USB-C' } });

/** A laptop in the list of laptops that have a port. */
export const LaptopOfPort = z
  .object({ id: EntityId, title: Title, model: Model })
  .meta({ id: 'LaptopOfPort', example: { id: 1, title: 'Lenovo', model: 'S3' } });

export const NewPort = z.strictObject({ name }).meta({ id: 'NewPort', example: { id: 1, name: 'USB-C' } });

export const RenamedPort = z
  .strictObject({ name })
  .meta({ id: 'RenamedPort', example: { name: 'MagSafe 3' } });
