/** The service: the commands that change __one__, and the document that clients receive. */

import { defineService, EntityId } from '@portside/kit';
import { z } from 'zod';
import { __noun__Contract } from './entity.ts';
import { Name } from './events.ts';

const name = Name.meta({ description: 'The name.', example: 'North' });
const Named = z.strictObject({ name }).meta({ id: 'Named', example: { name: 'North' } });

export const __noun__Service = defineService({
  module: import.meta.url,
  contract: __noun__Contract,
  version: new URL('../package.json', import.meta.url),
  defaults: { httpPort: 5003, probePort: 9003 },

  commands: ({ create, command, remove }) => ({
    add: create({ body: Named, decide: ({ name }) => [{ type: '__Noun__Added', name }] }),
    rename: command({
      body: Named,
      decide: ({ name }, state) => (name === state.name ? [] : [{ type: '__Noun__Renamed', name }]),
    }),
    remove: remove({ decide: () => [{ type: '__Noun__Removed' }] }),
  }),

  indexes: { name: (state) => state.name },
  document: z
    .object({ id: EntityId.meta({ description: 'A positive integer.' }), name })
    .meta({ id: '__Noun__', example: { id: 1, name: 'North' } }),
  present: ({ id, state }) => ({ id, ...state }),
});
