/** The service of docks: its commands and its document. */

import { defineService, EntityId, Problem } from '@portside/kit';
import { z } from 'zod';
import { dockContract, Label, Location, Slot, Time, Vendor } from './events.ts';
import { laptops } from './laptops.ts';

const vendor = Vendor.meta({ description: 'The manufacturer.', example: 'Dell' });
const label = Label.meta({ description: 'What is written on the dock.', example: 'North 1' });
const laptopId = EntityId.meta({ description: 'The id of a laptop.', example: 7 });
const params = { slot: Slot.meta({ description: 'A slot, counted from 1.', example: 3 }) };

export const dockService = defineService({
  module: import.meta.url,
  contract: dockContract,
  version: new URL('../package.json', import.meta.url),
  defaults: { httpPort: 5003, probePort: 9003 },
  follows: { laptops },

  commands: ({ create, replace, remove, command }) => ({
    register: create({
      body: z.strictObject({ vendor, label }).meta({ id: 'NewDock' }),
      decide: ({ vendor, label }) => [{ type: 'DockRegistered', vendor, label }],
    }),
    relabel: replace({
      body: z.strictObject({ label }),
      decide: ({ label }, dock) => (label === dock.label ? [] : [{ type: 'DockRelabelled', label }]),
    }),
    relocate: command({
      summary: 'Move a dock to a location, or to the storeroom',
      body: z.union([
        z.strictObject({ location: Location.meta({ example: 'A 12' }) }).meta({ title: 'To a location' }),
        z.strictObject({ storeroom: z.literal(true) }).meta({ title: 'To the storeroom' }),
      ]),
      decide: (target, _dock, { now }) => [
        { type: 'DockRelocated', location: 'location' in target ? target.location : null, at: now },
      ],
    }),
    dock: command({
      put: 'slots/{slot}',
      params,
      summary: 'Dock a laptop into a free slot',
      body: z.strictObject({ laptopId }),
      decide({ slot, laptopId }, { slots }, { laptops, find }) {
        if (slots[slot] === laptopId) return [];
        if (slot in slots) throw new Problem('conflict', `Slot ${slot} is occupied.`);
        if (laptops(laptopId) === undefined) throw new Problem('conflict', `There is no laptop ${laptopId}.`);
        const [other] = find('laptop', laptopId);
        if (other !== undefined) throw new Problem('conflict', `The laptop is in dock ${other}.`);
        return [{ type: 'LaptopDocked', slot, laptopId }];
      },
    }),
    undock: command({
      delete: 'slots/{slot}',
      params,
      summary: 'Take the laptop out of a slot; succeeds if the slot is free',
      decide: ({ slot }, { slots }) => (slot in slots ? [{ type: 'LaptopUndocked', slot }] : []),
    }),
    decommission: remove({
      post: 'decommission',
      summary: 'Decommission an empty dock',
      decide(_input, { slots }) {
        if (Object.keys(slots).length > 0) throw new Problem('conflict', 'Laptops are docked.');
        return [{ type: 'DockDecommissioned' }];
      },
    }),
  }),

  indexes: {
    vendor: (dock) => dock.vendor,
    label: (dock) => dock.label,
    location: { each: ({ location }) => (location === null ? [] : [location]) },
    laptop: { key: EntityId, each: ({ slots }) => Object.values(slots) },
  },
  queries: ({ query }) => ({
    free: query({
      summary: 'The docks at a location with the most free slots',
      params: { location: Location, atLeast: Slot.default(1) },
      result: z.array(z.object({ id: EntityId, free: z.int() })),
      answer: (view, { location, atLeast }) =>
        view
          .list({ limit: 1000, where: { location } })
          .map(({ id, state }) => ({ id, free: 12 - Object.keys(state.slots).length }))
          .filter(({ free }) => free >= atLeast)
          .toSorted((a, b) => b.free - a.free),
    }),
  }),
  document: z
    .object({
      id: EntityId,
      vendor,
      label,
      location: Location.nullable().meta({ description: 'Null in the storeroom.' }),
      relocatedAt: Time.nullable().meta({ description: 'When it was moved; null before the first time.' }),
      laptops: z
        .array(
          z.object({
            slot: Slot,
            id: EntityId,
            title: z.string().nullable(),
            model: z.string().nullable(),
          }),
        )
        .meta({ description: 'The docked laptops; without title and model if the laptop was removed.' }),
    })
    .meta({ id: 'Dock' }),
  present: ({ id, state: { slots, ...rest } }, { laptops }) => ({
    id,
    ...rest,
    laptops: Object.entries(slots).map(([slot, laptopId]) => {
      const { title = null, model = null } = laptops(laptopId) ?? {};
      return { slot: Number(slot), id: laptopId, title, model };
    }),
  }),
});
