/** The contracts of three services: parcels and labels have text ids, vans have integers. */

import { defineEvents, EntityId, Rejection, text, textId, uuidId, type Contract } from '@portside/kit';
import { z } from 'zod';

export const parcelId = textId(/^[A-Z]{3}-\d{4}$/, { example: 'ABC-1234' });

export const Weight = z.int().min(1).max(1000).meta({ description: 'In kg.', example: 5 });
export const Town = text(50).meta({ description: 'Where it goes.', example: 'Bonn' });

const ParcelSent = z.object({ type: z.literal('ParcelSent'), weight: Weight, town: Town });
const ParcelRedirected = z.object({ type: z.literal('ParcelRedirected'), town: Town });
const ParcelDelivered = z.object({ type: z.literal('ParcelDelivered') });
type ParcelEvent = z.infer<typeof ParcelSent | typeof ParcelRedirected | typeof ParcelDelivered>;

export type Parcel = { readonly weight: number; readonly town: string };

export const parcelContract: Contract<Parcel | undefined, ParcelEvent, string> = {
  name: 'parcels',
  noun: 'parcel',
  streamFile: new URL('streams/parcels.json', import.meta.url),
  id: parcelId,
  events: defineEvents({
    ParcelSent: { schema: ParcelSent },
    ParcelRedirected: { schema: ParcelRedirected },
    ParcelDelivered: { schema: ParcelDelivered },
  }),
  fold: {
    initial: undefined,
    evolve(parcel: Parcel | undefined, event) {
      if (event.type === 'ParcelSent') {
        if (parcel !== undefined) return new Rejection('the parcel was already sent');
        return { weight: event.weight, town: event.town };
      }
      if (parcel === undefined) return new Rejection('there is no such parcel');
      return event.type === 'ParcelDelivered' ? undefined : { ...parcel, town: event.town };
    },
  },
};

const VanAdded = z.object({ type: z.literal('VanAdded') });
const ParcelLoaded = z.object({ type: z.literal('ParcelLoaded'), parcelId: parcelId.schema });
type VanEvent = z.infer<typeof VanAdded | typeof ParcelLoaded>;

export type Van = { readonly parcelIds: readonly string[] };

export const vanContract: Contract<Van | undefined, VanEvent> = {
  name: 'vans',
  noun: 'van',
  streamFile: new URL('streams/vans.json', import.meta.url),
  events: defineEvents({ VanAdded: { schema: VanAdded }, ParcelLoaded: { schema: ParcelLoaded } }),
  fold: {
    initial: undefined,
    evolve(van: Van | undefined, event) {
      if (event.type === 'VanAdded') return { parcelIds: [] };
      if (van === undefined) return new Rejection('there is no such van');
      return { parcelIds: [...van.parcelIds, event.parcelId] };
    },
  },
};

const LabelPrinted = z.object({ type: z.literal('LabelPrinted'), vanId: EntityId });
type LabelEvent = z.infer<typeof LabelPrinted>;

export const labelContract: Contract<{ readonly vanId: number } | undefined, LabelEvent, string> = {
  name: 'labels',
  noun: 'label',
  streamFile: new URL('streams/labels.json', import.meta.url),
  id: uuidId,
  events: defineEvents({ LabelPrinted: { schema: LabelPrinted } }),
  fold: { initial: undefined, evolve: (_label, { vanId }) => ({ vanId }) },
};
