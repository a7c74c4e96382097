/** The events of a charger. The schemas define the storage format: a change requires a new version and an upcaster. */

import { defineEvents, EntityId } from '@portside/kit';
import { z } from 'zod';

export const Watts = z.int().min(1).max(1000);

export const ChargerAdded = z.object({ type: z.literal('ChargerAdded'), watts: Watts, portId: EntityId });
export const ChargerReplugged = z.object({ type: z.literal('ChargerReplugged'), portId: EntityId });
export const ChargerRerated = z.object({ type: z.literal('ChargerRerated'), watts: Watts });
export const ChargerRemoved = z.object({ type: z.literal('ChargerRemoved') });

export const chargerEvents = defineEvents({
  ChargerAdded: { schema: ChargerAdded },
  ChargerReplugged: { schema: ChargerReplugged },
  ChargerRerated: { schema: ChargerRerated },
  ChargerRemoved: { schema: ChargerRemoved },
});

export type ChargerEvent = z.infer<
  typeof ChargerAdded | typeof ChargerReplugged | typeof ChargerRerated | typeof ChargerRemoved
>;
