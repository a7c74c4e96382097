/** The laptop service: its commands and its document. */

import { laptopContract } from '#contracts/laptops';
import { portContract } from '#contracts/ports';
import { defineService, EntityId, follow, Problem } from '@portside/kit';
import { LaptopDocument, NewLaptop, RevisedLaptop } from './documents.ts';

const params = { portId: EntityId.meta({ description: 'The id of a port.', example: 1 }) };

export const laptopService = defineService({
  module: import.meta.url,
  contract: laptopContract,
  version: new URL('../../package.json', import.meta.url),
  samples: new URL('../../samples/laptops.json', import.meta.url),
  defaults: { httpPort: 5000, probePort: 9000 },
  follows: { ports: follow(portContract) },

  commands: ({ create, replace, remove, command }) => ({
    add: create({
      body: NewLaptop,
      decide: ({ title, model }) => [{ type: 'LaptopAdded', title, model }],
    }),
    revise: replace({
      operationId: 'changeLaptop',
      body: RevisedLaptop,
      decide({ title, model }, laptop) {
        const changes = {
          ...(title !== laptop.title && { title }),
          ...(model !== laptop.model && { model }),
        };
        return Object.keys(changes).length === 0 ? [] : [{ type: 'LaptopRevised', ...changes }];
      },
    }),
    remove: remove({ decide: () => [{ type: 'LaptopRemoved' }] }),
    fit: command({
      put: 'ports/{portId}',
      params,
      summary: 'Fit a port; succeeds if the laptop already has it',
      decide({ portId }, { portIds }, { ports }) {
        if (portIds.includes(portId)) return [];
        if (ports(portId) === undefined) throw new Problem('conflict', `There is no port ${portId}.`);
        return [{ type: 'PortFitted', portId }];
      },
    }),
    unfit: command({
      delete: 'ports/{portId}',
      params,
      summary: 'Unfit a port; succeeds if the laptop does not have it',
      decide: ({ portId }, { portIds }) =>
        portIds.includes(portId) ? [{ type: 'PortUnfitted', portId }] : [],
    }),
  }),

  indexes: { title: ({ title }) => title, model: ({ model }) => model },
  document: LaptopDocument,
  present({ id, state: { title, model, portIds } }, { ports }) {
    const fitted = portIds.flatMap((portId) => {
      const port = ports(portId);
      return port === undefined ? [] : [{ id: portId, name: port.name }];
    });
    return { id, title, model, ports: fitted };
  },
});
