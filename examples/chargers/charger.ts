/** The charger service: its contract, its commands and its document. */

import { portContract } from '#contracts/ports';
import { defineService, follow, Problem, Rejection, type Contract } from '@portside/kit';
import { ChangedCharger, ChargerDocument, NewCharger } from './documents.ts';
import { chargerEvents, Watts, type ChargerEvent } from './events.ts';

/** An existing charger. The state is undefined before a charger is added and after it is removed. */
export type Charger = { readonly watts: number; readonly portId: number };

export const chargerContract: Contract<Charger | undefined, ChargerEvent> = {
  name: 'chargers',
  noun: 'charger',
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

export const chargerService = defineService({
  module: import.meta.url,
  contract: chargerContract,
  version: new URL('../../package.json', import.meta.url),
  defaults: { httpPort: 5002, probePort: 9002 },
  follows: { ports: follow(portContract) },

  commands: ({ create, replace, remove }) => ({
    add: create({
      body: NewCharger,
      decide({ watts, portId }, _charger, { ports }) {
        if (ports(portId) === undefined) throw new Problem('conflict', `There is no port ${portId}.`);
        return [{ type: 'ChargerAdded', watts, portId }];
      },
    }),
    change: replace({
      body: ChangedCharger,
      decide({ watts, portId }, charger, { ports }) {
        const events: ChargerEvent[] = [];
        if (portId !== charger.portId) {
          if (ports(portId) === undefined) throw new Problem('conflict', `There is no port ${portId}.`);
          events.push({ type: 'ChargerReplugged', portId });
        }
        if (watts !== charger.watts) events.push({ type: 'ChargerRerated', watts });
        return events;
      },
    }),
    remove: remove({ decide: () => [{ type: 'ChargerRemoved' }] }),
  }),

  indexes: { watts: { key: Watts, one: ({ watts }) => watts } },
  document: ChargerDocument,
  present({ id, state: { watts, portId } }, { ports }) {
    const port = ports(portId);
    return { id, watts, port: port === undefined ? null : { id: portId, name: port.name } };
  },
});
