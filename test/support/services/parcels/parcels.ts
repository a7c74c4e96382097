/** A service whose ids are texts, and which follows a stream with integers. */

import { defineService, EntityId, follow, Problem } from '@portside/kit';
import { z } from 'zod';
import { parcelContract, parcelId, Town, vanContract, Weight } from './contracts.ts';

const ParcelDocument = z
  .object({ id: parcelId.schema, weight: Weight, town: Town })
  .meta({ id: 'Parcel', example: { id: 'ABC-1234', weight: 5, town: 'Bonn' } });
const NewParcel = z
  .strictObject({ weight: Weight, town: Town })
  .meta({ id: 'NewParcel', example: { weight: 5, town: 'Bonn' } });
const RedirectedParcel = z
  .strictObject({ town: Town })
  .meta({ id: 'RedirectedParcel', example: { town: 'Ulm' } });
const VanReference = z.object({ id: EntityId }).meta({ id: 'VanReference', example: { id: 1 } });

export const parcelService = defineService({
  module: import.meta.url,
  contract: parcelContract,
  version: '1.0.0',
  defaults: { httpPort: 5004, probePort: 9004 },
  follows: { vans: follow(vanContract) },
  commands: ({ create, replace, remove, command }) => ({
    send: create({
      body: NewParcel,
      decide(parcel, _state, { find }) {
        const inTown: readonly string[] = find('town', parcel.town);
        if (inTown.length > 2) throw new Problem('conflict', `${inTown.join(', ')} already go there.`);
        return [{ type: 'ParcelSent', ...parcel }];
      },
    }),
    redirect: replace({
      body: RedirectedParcel,
      decide: ({ town }, parcel) => (town === parcel.town ? [] : [{ type: 'ParcelRedirected', town }]),
    }),
    // Stores nothing; for tests of path parameters.
    untag: command({ delete: 'tags/{tag}', params: { tag: z.string() }, decide: () => [] }),
    deliver: remove({ decide: () => [{ type: 'ParcelDelivered' }] }),
  }),
  indexes: { town: (parcel) => parcel.town, weight: { key: Weight, one: (parcel) => parcel.weight } },
  queries: ({ query }) => ({
    heavy: query({
      params: { atLeast: Weight },
      result: z.array(parcelId.schema).meta({ example: ['ABC-1234'] }),
      answer: (view, { atLeast }) =>
        view.list({ limit: 100 }).flatMap(({ id, state }) => (state.weight >= atLeast ? [id] : [])),
    }),
  }),
  document: ParcelDocument,
  present: ({ id, state }) => ({ id, ...state }),
  relations: {
    vans: {
      each: ({ parcelIds }) => parcelIds,
      document: VanReference,
      present: ({ id }) => ({ id }),
    },
  },
});
