/** A service that generates UUIDs. */

import { defineService, EntityId, uuidId } from '@portside/kit';
import { z } from 'zod';
import { labelContract } from './contracts.ts';

const vanId = EntityId.meta({ description: 'The id of a van.', example: 1 });

export const labelService = defineService({
  module: import.meta.url,
  contract: labelContract,
  version: '1.0.0',
  defaults: { httpPort: 5006, probePort: 9006 },
  commands: ({ create }) => ({
    print: create({
      body: z.strictObject({ vanId }).meta({ id: 'NewLabel' }),
      decide: (label) => [{ type: 'LabelPrinted', ...label }],
    }),
  }),
  document: z.object({ id: uuidId.schema, vanId }).meta({ id: 'Label' }),
  present: ({ id, state }) => ({ id, ...state }),
});
