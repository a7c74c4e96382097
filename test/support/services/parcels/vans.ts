/** A service whose ids are integers, and which follows a stream with text ids. */

import { defineService, EntityId, follow, Problem } from '@portside/kit';
import { z } from 'zod';
import { parcelContract, parcelId, Town, vanContract } from './contracts.ts';

const VanDocument = z
  .object({ id: EntityId, parcels: z.array(z.object({ id: parcelId.schema, town: Town })) })
  .meta({ id: 'Van', example: { id: 1, parcels: [{ id: 'ABC-1234', town: 'Bonn' }] } });

export const vanService = defineService({
  module: import.meta.url,
  contract: vanContract,
  version: '1.0.0',
  defaults: { httpPort: 5005, probePort: 9005 },
  follows: { parcels: follow(parcelContract) },
  commands: ({ create, command }) => ({
    add: create({ body: z.strictObject({}).meta({ id: 'NewVan' }), decide: () => [{ type: 'VanAdded' }] }),
    load: command({
      put: 'parcels/{parcelId}',
      params: { parcelId: parcelId.schema },
      decide({ parcelId: wanted }, van, { parcels }) {
        if (parcels(wanted) === undefined) throw new Problem('conflict', `There is no parcel ${wanted}.`);
        return van.parcelIds.includes(wanted) ? [] : [{ type: 'ParcelLoaded', parcelId: wanted }];
      },
    }),
  }),
  indexes: { parcel: { each: (van) => van.parcelIds } },
  document: VanDocument,
  present: ({ id, state }, { parcels }) => ({
    id,
    parcels: state.parcelIds.flatMap((loaded) => {
      const parcel = parcels(loaded);
      return parcel === undefined ? [] : [{ id: loaded, town: parcel.town }];
    }),
  }),
});
