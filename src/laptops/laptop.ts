/** The rules of one laptop: what a command does to it, and what an event makes of it. */

import { Rejection, type Decider } from '../core/decider.ts';
import { Problem } from '../core/problem.ts';
import type { Lookups } from '../core/followed.ts';
import type { LaptopEvent } from './events.ts';
import type { KnownPort } from './known-ports.ts';

/** A laptop that is there; undefined when it was never added or was removed. */
export type Laptop = {
  readonly title: string;
  readonly model: string;
  /** The charging ports fitted to it, in the order of fitting. */
  readonly portIds: readonly number[];
};

/** What a laptop is decided on and shown with: the charging ports that are known. */
export type LaptopOthers = { readonly ports: KnownPort | undefined };

export type LaptopCommand =
  | { readonly type: 'AddLaptop'; readonly title: string; readonly model: string }
  | { readonly type: 'ReviseLaptop'; readonly title: string; readonly model: string }
  | { readonly type: 'RemoveLaptop' }
  | { readonly type: 'FitPort'; readonly portId: number }
  | { readonly type: 'UnfitPort'; readonly portId: number };

const noPorts: readonly number[] = [];

export const laptopDecider: Decider<Laptop | undefined, LaptopCommand, LaptopEvent, Lookups<LaptopOthers>> = {
  initial: undefined,

  decide(command, laptop, { ports }) {
    switch (command.type) {
      case 'AddLaptop': {
        if (laptop !== undefined) throw new Problem('conflict', 'There is already a laptop with this id.');
        const { title, model } = command;
        return [{ type: 'LaptopAdded', title, model }];
      }
      case 'ReviseLaptop': {
        const { title, model } = existing(laptop);
        const changes = {
          ...(command.title !== title && { title: command.title }),
          ...(command.model !== model && { model: command.model }),
        };
        return Object.keys(changes).length === 0 ? [] : [{ type: 'LaptopRevised', ...changes }];
      }
      case 'RemoveLaptop':
        return laptop === undefined ? [] : [{ type: 'LaptopRemoved' }];
      case 'FitPort': {
        const { portId } = command;
        if (existing(laptop).portIds.includes(portId)) return [];
        if (ports(portId) === undefined) throw new Problem('conflict', `No port ${portId} is known.`);
        return [{ type: 'PortFitted', portId }];
      }
      case 'UnfitPort': {
        const { portId } = command;
        return existing(laptop).portIds.includes(portId) ? [{ type: 'PortUnfitted', portId }] : [];
      }
    }
  },

  evolve(laptop, event) {
    if (event.type === 'LaptopAdded') {
      if (laptop !== undefined) return new Rejection('the laptop is already there');
      return { title: event.title, model: event.model, portIds: noPorts };
    }
    if (laptop === undefined) return new Rejection('there is no such laptop');
    const { portIds } = laptop;
    switch (event.type) {
      case 'LaptopRevised':
        return { ...laptop, title: event.title ?? laptop.title, model: event.model ?? laptop.model };
      case 'LaptopRemoved':
        return undefined;
      case 'PortFitted':
        if (portIds.includes(event.portId)) return new Rejection(`port ${event.portId} is already fitted`);
        return { ...laptop, portIds: [...portIds, event.portId] };
      case 'PortUnfitted':
        if (!portIds.includes(event.portId)) return new Rejection(`port ${event.portId} is not fitted`);
        return { ...laptop, portIds: portIds.filter((portId) => portId !== event.portId) };
    }
  },
};

function existing(laptop: Laptop | undefined): Laptop {
  if (laptop === undefined) throw new Problem('not-found', 'There is no laptop with this id.');
  return laptop;
}
