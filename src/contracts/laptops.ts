/**
 * The contract of the laptop service: its events and the fold of a laptop. The event schemas are the storage format. A
 * change to one needs a new version and an upcaster.
 */

import { z } from 'zod';
import { defineEvents, EntityId, Rejection, text, type Contract } from '@portside/kit';

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
    description: 'The title or the model of a laptop was changed, or both. An absent field is unchanged.',
    // The refinement above in JSON Schema.
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
  description: 'A charging port was removed from a laptop.',
  examples: [{ type: 'PortUnfitted', portId: 1 }],
});

export const laptopEvents = defineEvents(
  {
    LaptopAdded: { schema: LaptopAdded },
    LaptopRevised: { schema: LaptopRevised },
    LaptopRemoved: { schema: LaptopRemoved },
    PortFitted: { schema: PortFitted },
    PortUnfitted: { schema: PortUnfitted },
  },
  { textsCheckedSince: '2026-11-26T00:00:00Z' },
);

export type LaptopEvent = z.infer<
  typeof LaptopAdded | typeof LaptopRevised | typeof LaptopRemoved | typeof PortFitted | typeof PortUnfitted
>;

/** State of a laptop; undefined before it is added and after it is removed. */
export type Laptop = {
  readonly title: string;
  readonly model: string;
  /** Ids of the fitted charging ports, in the order of fitting. */
  readonly portIds: readonly number[];
};

const noPorts: readonly number[] = [];

export const laptopContract: Contract<Laptop | undefined, LaptopEvent> = {
  name: 'laptops',
  noun: 'laptop',
  streamFile: new URL('../../streams/laptops.json', import.meta.url),
  events: laptopEvents,
  fold: {
    initial: undefined,
    evolve(laptop, event) {
      if (event.type === 'LaptopAdded') {
        if (laptop !== undefined) return new Rejection('the laptop already exists');
        return { title: event.title, model: event.model, portIds: noPorts };
      }
      if (laptop === undefined) return new Rejection('the laptop does not exist');
      const { portIds } = laptop;
      switch (event.type) {
        case 'LaptopRevised':
          return { ...laptop, title: event.title ?? laptop.title, model: event.model ?? laptop.model };
        case 'LaptopRemoved':
          return undefined;
        case 'PortFitted':
          if (portIds.includes(event.portId)) return new Rejection(`port ${event.portId} is already fitted`);
          return { ...laptop, portIds: [...portIds, event.portId] };
        case 'PortUnfitted':
          if (!portIds.includes(event.portId)) return new Rejection(`port ${event.portId} is not fitted`);
          return { ...laptop, portIds: portIds.filter((portId) => portId !== event.portId) };
      }
    },
  },
};
