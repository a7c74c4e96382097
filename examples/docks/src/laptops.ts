/**
 * The part of the laptops' stream that docks need. The service of laptops is developed elsewhere; its other events, also
 * those that it adds later, are skipped. The schemas and the fold reject the same messages as those of the owner.
 */

import { defineEvents, follow, Rejection, text } from '@portside/kit';
import { z } from 'zod';

const LaptopAdded = z.object({ type: z.literal('LaptopAdded'), title: text(200), model: text(200) });
const LaptopRevised = LaptopAdded.partial().extend({ type: z.literal('LaptopRevised') });
const LaptopRemoved = z.object({ type: z.literal('LaptopRemoved') });

export type Laptop = { readonly title: string; readonly model: string };

export const laptops = follow(
  {
    name: 'laptops',
    noun: 'laptop',
    streamFile: new URL('../follows/laptops.json', import.meta.url),
    events: defineEvents(
      {
        LaptopAdded: { schema: LaptopAdded },
        LaptopRevised: { schema: LaptopRevised },
        LaptopRemoved: { schema: LaptopRemoved },
      },
      { textsCheckedSince: '2026-11-26T00:00:00Z' },
    ),
  },
  {
    fold: {
      initial: undefined,
      evolve(laptop: Laptop | undefined, event) {
        if (event.type === 'LaptopAdded') {
          if (laptop !== undefined) return new Rejection('the laptop already exists');
          return { title: event.title, model: event.model };
        }
        if (laptop === undefined) return new Rejection('the laptop does not exist');
        if (event.type === 'LaptopRemoved') return undefined;
        return { title: event.title ?? laptop.title, model: event.model ?? laptop.model };
      },
    },
  },
);
