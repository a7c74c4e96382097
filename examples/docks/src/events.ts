/** The contract of docks: their events, which are the storage format, and the fold of a dock. */

import { defineEvents, EntityId, Rejection, text, type Contract } from '@portside/kit';
import { z } from 'zod';

export const Vendor = text(100);
export const Label = text(50);
export const Location = text(100);
export const Slot = z.int().min(1).max(12);
export const Time = z.iso.datetime();

const DockRegistered = z.object({ type: z.literal('DockRegistered'), vendor: Vendor, label: Label });
const DockRelabelled = z.object({ type: z.literal('DockRelabelled'), label: Label });
/** `location` is null in the storeroom. */
const DockRelocated = z.object({
  type: z.literal('DockRelocated'),
  location: Location.nullable(),
  at: Time,
});
const LaptopDocked = z.object({ type: z.literal('LaptopDocked'), slot: Slot, laptopId: EntityId });
const LaptopUndocked = z.object({ type: z.literal('LaptopUndocked'), slot: Slot });
const DockDecommissioned = z.object({ type: z.literal('DockDecommissioned') });

export const dockEvents = defineEvents({
  DockRegistered: { schema: DockRegistered },
  DockRelabelled: { schema: DockRelabelled },
  DockRelocated: { schema: DockRelocated },
  LaptopDocked: { schema: LaptopDocked },
  LaptopUndocked: { schema: LaptopUndocked },
  DockDecommissioned: { schema: DockDecommissioned },
});
export type DockEvent = z.output<typeof dockEvents.event>;

export type Dock = {
  readonly vendor: string;
  readonly label: string;
  readonly location: string | null;
  readonly relocatedAt: string | null;
  /** Ids of the docked laptops by slot. */
  readonly slots: Readonly<Record<string, number>>;
};

export const dockContract: Contract<Dock | undefined, DockEvent> = {
  name: 'docks',
  noun: 'dock',
  streamFile: new URL('../streams/docks.json', import.meta.url),
  events: dockEvents,
  fold: {
    initial: undefined,
    evolve(dock, event) {
      if (event.type === 'DockRegistered') {
        if (dock !== undefined) return new Rejection('the dock already exists');
        return { vendor: event.vendor, label: event.label, location: null, relocatedAt: null, slots: {} };
      }
      if (dock === undefined) return new Rejection('the dock does not exist');
      switch (event.type) {
        case 'DockRelabelled':
          return { ...dock, label: event.label };
        case 'DockRelocated':
          return { ...dock, location: event.location, relocatedAt: event.at };
        case 'LaptopDocked':
          if (event.slot in dock.slots) return new Rejection(`slot ${event.slot} is occupied`);
          return { ...dock, slots: { ...dock.slots, [event.slot]: event.laptopId } };
        case 'LaptopUndocked': {
          const { [event.slot]: laptopId, ...slots } = dock.slots;
          return laptopId === undefined ? new Rejection(`slot ${event.slot} is free`) : { ...dock, slots };
        }
        case 'DockDecommissioned':
          return Object.keys(dock.slots).length > 0 ? new Rejection('laptops are docked') : undefined;
      }
    },
  },
};
