/** The port service: its commands and its document. */

import { laptopContract, type Laptop, type LaptopEvent } from '#contracts/laptops';
import { portContract } from '#contracts/ports';
import { defineService, type Followed } from '@portside/kit';
import { LaptopOfPort, NewPort, PortDocument, RenamedPort } from './documents.ts';

const noPorts: readonly number[] = [];
const laptops: Followed<Laptop | undefined, LaptopEvent> = {
  ...laptopContract,
  referencesOf: (laptop) => laptop?.portIds ?? noPorts,
};

export const portService = defineService({
  module: import.meta.url,
  contract: portContract,
  version: new URL('../../package.json', import.meta.url),
  defaults: { httpPort: 5001, probePort: 9001 },
  // `/port` is an alias that early clients of the catalogue use.
  aliases: ['port'],
  follows: { laptops },

  commands: ({ create, replace, remove }) => ({
    add: create({ body: NewPort, decide: ({ name }) => [{ type: 'PortAdded', name }] }),
    rename: replace({
      body: RenamedPort,
      decide: ({ name }, port) =>
        name === port.name ? [] : [{ type: 'PortRenamed', name, from: port.name }],
    }),
    remove: remove({ decide: () => [{ type: 'PortRemoved' }] }),
  }),

  filters: { name: ({ name }) => name },
  document: PortDocument,
  present: ({ id, state: { name } }) => ({ id, name }),
  referrers: {
    laptops: {
      schema: LaptopOfPort,
      present: ({ id, state }) => state && { id, title: state.title, model: state.model },
    },
  },
});
