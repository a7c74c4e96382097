/** JSON schemas of request and response bodies. */

import { Name as PortName } from '#contracts/ports';
import { EntityId } from '@portside/kit';
import { z } from 'zod';
import { Watts } from './events.ts';

const id = EntityId.meta({ description: 'A positive integer.' });
const watts = Watts.meta({ description: 'The maximum power in watts.', example: 65 });
const portId = EntityId.meta({ description: 'The id of the port the charger plugs into.', example: 1 });

export const ChargerDocument = z
  .object({
    id,
    watts,
    port: z.object({ id: EntityId, name: PortName }).nullable().meta({
      description:
        'The port that the charger plugs into, with its current name; null if the port does not exist.',
    }),
  })
  .meta({ id: 'Charger', example: { id: 1, watts: 65, port: { id: 1, name: 'USB-C' } } });

export const NewCharger = z
  .strictObject({ watts, portId })
  .meta({ id: 'NewCharger', example: { id: 1, watts: 65, portId: 1 } });

export const ChangedCharger = z
  .strictObject({ watts, portId })
  .meta({ id: 'ChangedCharger', example: { watts: 100, portId: 1 } });
