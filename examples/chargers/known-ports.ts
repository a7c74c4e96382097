/** What the charger service knows of charging ports, from their own events: which there are, and their names. */

import { Rejection } from '../../src/core/decider.ts';
import type { Followed } from '../../src/core/followed.ts';
import { portEvents, type PortEvent } from '../../src/ports/events.ts';

export type KnownPort = { readonly name: string };

export const knownPorts: Followed<KnownPort | undefined, PortEvent> = {
  events: portEvents,
  fold: {
    initial: undefined,
    evolve(port, event) {
      if ((event.type === 'PortAdded') === (port !== undefined)) return new Rejection('it does not follow');
      return event.type === 'PortRemoved' ? undefined : { name: event.name };
    },
  },
};
