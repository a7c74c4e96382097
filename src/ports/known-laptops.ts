/** What the port service knows of laptops, from their own events: what they are called, and which ports they have. */

import { Rejection } from '../core/decider.ts';
import type { Followed } from '../core/followed.ts';
import { laptopEvents, type LaptopEvent } from '../laptops/events.ts';

/** A laptop that is there. */
export type KnownLaptop = {
  readonly title: string;
  readonly model: string;
  readonly portIds: readonly number[];
};

const noPorts: readonly number[] = [];

export const knownLaptops: Followed<KnownLaptop | undefined, LaptopEvent> = {
  events: laptopEvents,
  referencesOf: (laptop) => laptop?.portIds ?? noPorts,
  fold: {
    initial: undefined,
    evolve(laptop, event) {
      if (event.type === 'LaptopAdded') {
        if (laptop !== undefined) return new Rejection('the laptop is already there');
        return { title: event.title, model: event.model, portIds: noPorts };
      }
      if (laptop === undefined) return new Rejection('there is no such laptop');
      const { portIds } = laptop;
      switch (event.type) {
        case 'LaptopRevised':
          return { ...laptop, title: event.title ?? laptop.title, model: event.model ?? laptop.model };
        case 'LaptopRemoved':
          return undefined;
        case 'PortFitted':
          if (portIds.includes(event.portId)) return new Rejection('the port is already fitted');
          return { ...laptop, portIds: [...portIds, event.portId] };
        case 'PortUnfitted':
          return { ...laptop, portIds: portIds.filter((portId) => portId !== event.portId) };
      }
    },
  },
};
