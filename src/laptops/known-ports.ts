/** What the laptop service knows of charging ports, from their own events: which there are, and their names. */

import { Rejection } from '../core/decider.ts';
import type { Followed } from '../core/followed.ts';
import { portEvents, type PortEvent } from '../ports/events.ts';

/** A charging port that is there. */
export type KnownPort = { readonly name: string };

export const knownPorts: Followed<KnownPort | undefined, PortEvent> = {
  events: portEvents,
  fold: {
    initial: undefined,
    evolve(port, event) {
      switch (event.type) {
        case 'PortAdded':
          return port === undefined ? { name: event.name } : new Rejection('the port is already there');
        case 'PortRenamed':
          return port === undefined ? new Rejection('there is no such port') : { name: event.name };
        case 'PortRemoved':
          return port === undefined ? new Rejection('there is no such port') : undefined;
      }
    },
  },
};
