/** What can happen to a laptop. These shapes are the storage format: a changed one needs a version and an upcaster. */

import { z } from 'zod';
import { EntityId } from '../core/entity-id.ts';
import { defineEvents } from '../core/event-schema.ts';
import { text } from '../core/text.ts';

/** The maker's name for the laptop and its model: 1 to 200 characters each. */
export const Title = text(200);
export const Model = text(200);

export const LaptopAdded = z.object({ type: z.literal('LaptopAdded'), title: Title, model: Model }).meta({
  description: 'A laptop was added.',
  examples: [{ type: 'LaptopAdded', title: 'Lenovo', model: 'S3' }],
});

export const LaptopRevised = z
  .object({ type: z.literal('LaptopRevised'), title: Title.optional(), model: Model.optional() })
  .refine(({ title, model }) => title !== undefined || model !== undefined, 'needs a title or a model')
  .meta({
    description: 'The title of a laptop was changed, or its model, or both: what is named is new.',
    // The rule above, as JSON Schema says it.
    anyOf: [
      { required: ['title'], properties: { title: {} } },
      { required: ['model'], properties: { model: {} } },
    ],
    examples: [{ type: 'LaptopRevised', model: 'S4' }],
  });

export const LaptopRemoved = z
  .object({ type: z.literal('LaptopRemoved') })
  .meta({ description: 'A laptop was removed.', examples: [{ type: 'LaptopRemoved' }] });

export const PortFitted = z.object({ type: z.literal('PortFitted'), portId: EntityId }).meta({
  description: 'A charging port was fitted to a laptop.',
  examples: [{ type: 'PortFitted', portId: 1 }],
});

export const PortUnfitted = z.object({ type: z.literal('PortUnfitted'), portId: EntityId }).meta({
  description: 'A charging port was taken out of a laptop.',
  examples: [{ type: 'PortUnfitted', portId: 1 }],
});

export const laptopEvents = defineEvents({
  LaptopAdded: { schema: LaptopAdded },
  LaptopRevised: { schema: LaptopRevised },
  LaptopRemoved: { schema: LaptopRemoved },
  PortFitted: { schema: PortFitted },
  PortUnfitted: { schema: PortUnfitted },
});

export type LaptopEvent = z.infer<
  typeof LaptopAdded | typeof LaptopRevised | typeof LaptopRemoved | typeof PortFitted | typeof PortUnfitted
>;
