/** The port service: its commands and its document. */

import { laptopContract } from '#contracts/laptops';
import { Name, portContract } from '#contracts/ports';
import { defineService, follow } from '@portside/kit';
import { LaptopOfPort, NewPort, PortDocument, RenamedPort } from './documents.ts';

export const portService = defineService({
  module: import.meta.url,
  contract: portContract,
  version: new URL('../../package.json', import.meta.url),
  samples: new URL('../../samples/ports.json', import.meta.url),
  defaults: { httpPort: 5001, probePort: 9001 },
  // `/port` is an alias that early clients of the catalogue use.
  aliases: ['port'],
  follows: { laptops: follow(laptopContract) },

  commands: ({ create, replace, remove }) => ({
    add: create({ body: NewPort, decide: ({ name }) => [{ type: 'PortAdded', name }] }),
    rename: replace({
      operationId: 'changePort',
      body: RenamedPort,
      decide({ name }, port) {
        if (name === port.name) return [];
        // An older name may contain characters that events can no longer contain.
        return [{ type: 'PortRenamed', name, from: Name.safeParse(port.name).data ?? null }];
      },
    }),
    remove: remove({ decide: () => [{ type: 'PortRemoved' }] }),
  }),

  indexes: { name: ({ name }) => name },
  document: PortDocument,
  present: ({ id, state: { name } }) => ({ id, name }),
  relations: {
    laptops: {
      each: ({ portIds }) => portIds,
      document: LaptopOfPort,
      present: ({ id, state: { title, model } }) => ({ id, title, model }),
    },
  },
});
