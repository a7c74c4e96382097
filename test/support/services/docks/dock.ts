/** A service with every kind of command: docking stations with numbered slots for laptops. */

import { laptopContract } from '#contracts/laptops';
import {
  defineEvents,
  defineService,
  EntityId,
  follow,
  Problem,
  Rejection,
  text,
  type Contract,
} from '@portside/kit';
import { z } from 'zod';

const Label = text(50);
const Slot = z.int().min(1).max(12);
const Time = z.iso.datetime();
const Place = z.object({ room: z.string() });

const DockRegistered = z.object({ type: z.literal('DockRegistered'), label: Label });
const DockRelabelled = z.object({ type: z.literal('DockRelabelled'), label: Label });
const DockRelocated = z.object({ type: z.literal('DockRelocated'), place: Place.nullable(), at: Time });
const LaptopDocked = z.object({ type: z.literal('LaptopDocked'), slot: Slot, laptopId: EntityId });
const LaptopUndocked = z.object({ type: z.literal('LaptopUndocked'), slot: Slot });
const DockDecommissioned = z.object({ type: z.literal('DockDecommissioned') });

type DockEvent = z.infer<
  | typeof DockRegistered
  | typeof DockRelabelled
  | typeof DockRelocated
  | typeof LaptopDocked
  | typeof LaptopUndocked
  | typeof DockDecommissioned
>;

type Dock = {
  readonly label: string;
  readonly room: string | null;
  readonly movedAt: string | null;
  readonly slots: Readonly<Record<string, number>>;
};

const dockContract: Contract<Dock | undefined, DockEvent> = {
  name: 'docks',
  noun: 'dock',
  streamFile: new URL('streams/docks.json', import.meta.url),
  events: defineEvents({
    DockRegistered: { schema: DockRegistered },
    DockRelabelled: { schema: DockRelabelled },
    DockRelocated: { schema: DockRelocated },
    LaptopDocked: { schema: LaptopDocked },
    LaptopUndocked: { schema: LaptopUndocked },
    DockDecommissioned: { schema: DockDecommissioned },
  }),
  fold: {
    initial: undefined,
    evolve(dock, event) {
      if (event.type === 'DockRegistered') {
        if (dock !== undefined) return new Rejection('the dock already exists');
        return { label: event.label, room: null, movedAt: null, slots: {} };
      }
      if (dock === undefined) return new Rejection('the dock does not exist');
      switch (event.type) {
        case 'DockRelabelled':
          return { ...dock, label: event.label };
        case 'DockRelocated':
          return { ...dock, room: event.place?.room ?? null, movedAt: event.at };
        case 'LaptopDocked':
          return { ...dock, slots: { ...dock.slots, [event.slot]: event.laptopId } };
        case 'LaptopUndocked': {
          const { [event.slot]: _, ...slots } = dock.slots;
          return { ...dock, slots };
        }
        case 'DockDecommissioned':
          return undefined;
      }
    },
  },
};

export const dockService = defineService({
  module: import.meta.url,
  contract: dockContract,
  version: '1.0.0',
  defaults: { httpPort: 5003, probePort: 9003 },
  follows: {
    laptops: follow(laptopContract, {
      only: ['LaptopAdded', 'LaptopRemoved'],
      fold: {
        initial: undefined,
        evolve: (_laptop: string | undefined, event) =>
          event.type === 'LaptopAdded' ? event.title : undefined,
      },
    }),
  },

  commands: ({ create, replace, remove, command }) => ({
    register: create({
      body: z.strictObject({ label: Label }).meta({ id: 'NewDock', example: { label: 'North' } }),
      decide: ({ label }) => [{ type: 'DockRegistered', label }],
    }),
    relabel: replace({
      body: z.strictObject({ label: Label }),
      decide: ({ label }, dock) => (label === dock.label ? [] : [{ type: 'DockRelabelled', label }]),
    }),
    relocate: command({
      summary: 'Move a dock to a room, or to the store',
      body: z.union([
        z.strictObject({ room: text(20).meta({ example: 'A 12' }) }).meta({ title: 'To a room' }),
        z.strictObject({ store: z.literal(true) }).meta({ title: 'To the store' }),
      ]),
      decide: (target, _dock, { now }) => [
        { type: 'DockRelocated', place: 'room' in target ? { room: target.room } : null, at: now },
      ],
    }),
    dock: command({
      put: 'slots/{slot}',
      params: { slot: Slot },
      body: z.strictObject({ laptopId: EntityId }),
      decide({ slot, laptopId }, { slots }, { laptops, find }) {
        if (slots[slot] === laptopId) return [];
        if (slots[slot] !== undefined) throw new Problem('conflict', `Slot ${slot} is occupied.`);
        if (laptops(laptopId) === undefined) throw new Problem('conflict', `There is no laptop ${laptopId}.`);
        const [other] = find('laptop', laptopId);
        if (other !== undefined) throw new Problem('conflict', `The laptop is in dock ${other}.`);
        return [{ type: 'LaptopDocked', slot, laptopId }];
      },
    }),
    undock: command({
      delete: 'slots/{slot}',
      params: { slot: Slot },
      decide: ({ slot }, { slots }) => (slots[slot] === undefined ? [] : [{ type: 'LaptopUndocked', slot }]),
    }),
    /** A mistake: only a command declared with `remove` may end the existence of an entity. */
    scrap: command({ decide: () => [{ type: 'DockDecommissioned' }] }),
    decommission: remove({
      post: 'decommission',
      decide(_input, { slots }) {
        if (Object.keys(slots).length > 0) throw new Problem('conflict', 'Laptops are docked.');
        return [{ type: 'DockDecommissioned' }];
      },
    }),
  }),

  indexes: {
    label: ({ label }) => label,
    room: { each: ({ room }) => (room === null ? [] : [room]) },
    laptop: { each: ({ slots }) => Object.values(slots) },
  },
  queries: ({ query }) => ({
    free: query({
      summary: 'The docks in a room with the most free slots',
      params: { room: text(20), atLeast: Slot.default(1) },
      result: z.array(z.object({ id: EntityId, free: z.int() })),
      answer: (view, { room, atLeast }) =>
        view
          .list({ limit: 1000, where: { room } })
          .map(({ id, state }) => ({ id, free: 12 - Object.keys(state.slots).length }))
          .filter(({ free }) => free >= atLeast)
          .toSorted((a, b) => b.free - a.free),
    }),
  }),

  document: z
    .object({
      id: EntityId,
      label: Label,
      room: z.string().nullable(),
      movedAt: Time.nullable(),
      laptops: z.array(z.object({ slot: Slot, id: EntityId, title: z.string() })),
    })
    .meta({ id: 'Dock' }),
  present: ({ id, state: { slots, ...rest } }, { laptops }) => ({
    id,
    ...rest,
    laptops: Object.entries(slots).map(([slot, laptopId]) => ({
      slot: Number(slot),
      id: laptopId,
      title: laptops(laptopId) ?? '',
    })),
  }),
});
