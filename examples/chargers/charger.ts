/** The rules of one charger: what a command does to it, and what an event makes of it. */

import type { Port } from '#contracts/ports';
import { Problem, Rejection, type Contract, type Decider, type Lookups } from '@portside/kit';
import { chargerEvents, type ChargerEvent } from './events.ts';

/** A charger that is there; undefined when it was never added or was removed. */
export type Charger = { readonly watts: number; readonly portId: number };

export const chargerContract: Contract<Charger | undefined, ChargerEvent> = {
  name: 'chargers',
  streamFile: new URL('streams/chargers.json', import.meta.url),
  events: chargerEvents,
  fold: {
    initial: undefined,

    evolve(charger, event) {
      if (event.type === 'ChargerAdded') {
        if (charger !== undefined) return new Rejection('the charger is already there');
        return { watts: event.watts, portId: event.portId };
      }
      if (charger === undefined) return new Rejection('there is no such charger');
      switch (event.type) {
        case 'ChargerReplugged':
          return { ...charger, portId: event.portId };
        case 'ChargerRerated':
          return { ...charger, watts: event.watts };
        case 'ChargerRemoved':
          return undefined;
      }
    },
  },
};

/** What a charger is decided on and shown with: the ports that are known. */
export type ChargerOthers = { readonly ports: Port | undefined };

export type ChargerCommand =
  | { readonly type: 'AddCharger'; readonly watts: number; readonly portId: number }
  | { readonly type: 'ChangeCharger'; readonly watts: number; readonly portId: number }
  | { readonly type: 'RemoveCharger' };

export const chargerDecider: Decider<
  Charger | undefined,
  ChargerCommand,
  ChargerEvent,
  Lookups<ChargerOthers>
> = {
  ...chargerContract.fold,

  decide(command, charger, { ports }) {
    switch (command.type) {
      case 'AddCharger': {
        const { watts, portId } = command;
        if (charger !== undefined) throw new Problem('conflict', 'There is already a charger with this id.');
        if (ports(portId) === undefined) throw new Problem('conflict', `No port ${portId} is known.`);
        return [{ type: 'ChargerAdded', watts, portId }];
      }
      case 'ChangeCharger': {
        const { watts, portId } = command;
        if (charger === undefined) throw new Problem('not-found', 'There is no charger with this id.');
        const events: ChargerEvent[] = [];
        if (portId !== charger.portId) {
          if (ports(portId) === undefined) throw new Problem('conflict', `No port ${portId} is known.`);
          events.push({ type: 'ChargerReplugged', portId });
        }
        if (watts !== charger.watts) events.push({ type: 'ChargerRerated', watts });
        return events;
      }
      case 'RemoveCharger':
        return charger === undefined ? [] : [{ type: 'ChargerRemoved' }];
    }
  },
};
