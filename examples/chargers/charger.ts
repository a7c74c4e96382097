/** The decider of a charger: its events, state and commands. */

import type { Port } from '#contracts/ports';
import { Problem, Rejection, type Contract, type Decider, type Lookups } from '@portside/kit';
import { chargerEvents, type ChargerEvent } from './events.ts';

/** An existing charger. The state is undefined before a charger is added and after it is removed. */
export type Charger = { readonly watts: number; readonly portId: number };

export const chargerContract: Contract<Charger | undefined, ChargerEvent> = {
  name: 'chargers',
  streamFile: new URL('streams/chargers.json', import.meta.url),
  events: chargerEvents,
  fold: {
    initial: undefined,

    evolve(charger, event) {
      if (event.type === 'ChargerAdded') {
        if (charger !== undefined) return new Rejection('the charger already exists');
        return { watts: event.watts, portId: event.portId };
      }
      if (charger === undefined) return new Rejection('the charger does not exist');
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

/** Entities of the followed streams that decisions and documents use. */
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
        if (ports(portId) === undefined) throw new Problem('conflict', `There is no port ${portId}.`);
        return [{ type: 'ChargerAdded', watts, portId }];
      }
      case 'ChangeCharger': {
        const { watts, portId } = command;
        if (charger === undefined) throw new Problem('not-found', 'There is no charger with this id.');
        const events: ChargerEvent[] = [];
        if (portId !== charger.portId) {
          if (ports(portId) === undefined) throw new Problem('conflict', `There is no port ${portId}.`);
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
