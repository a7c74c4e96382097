/** The charger as JSON: what clients send and what they are answered. */

import { Name as PortName } from '#contracts/ports';
import { EntityId } from '@portside/kit';
import { z } from 'zod';
import { Watts } from './events.ts';

const id = EntityId.meta({ description: 'A positive integer; made by the service when none is given.' });
const watts = Watts.meta({ description: 'What it gives at most.', example: 65 });
const portId = EntityId.meta({ description: 'The charging port that it plugs into.', example: 1 });

export const ChargerDocument = z
  .object({
    id,
    watts,
    port: z.object({ id: EntityId, name: PortName }).nullable().meta({
      description: 'The port that it plugs into, by the name that it has now; null when that is gone.',
    }),
  })
  .meta({ id: 'Charger', example: { id: 1, watts: 65, port: { id: 1, name: 'USB-C' } } });
export type ChargerDocument = z.infer<typeof ChargerDocument>;

export const NewCharger = z
  .strictObject({ id: id.optional(), watts, portId })
  .meta({ id: 'NewCharger', example: { id: 1, watts: 65, portId: 1 } });
export type NewCharger = z.infer<typeof NewCharger>;

export const ChangedCharger = z
  .strictObject({ watts, portId })
  .meta({ id: 'ChangedCharger', example: { watts: 100, portId: 1 } });
export type ChangedCharger = z.infer<typeof ChangedCharger>;
