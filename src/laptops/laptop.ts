import { laptopContract, type Laptop, type LaptopEvent } from '#contracts/laptops';
import type { Port } from '#contracts/ports';
import { Problem, type Decider, type Lookups } from '@portside/kit';

/** Entities of the followed streams that decisions and documents use. */
export type LaptopOthers = { readonly ports: Port | undefined };

export type LaptopCommand =
  | { readonly type: 'AddLaptop'; readonly title: string; readonly model: string }
  | { readonly type: 'ReviseLaptop'; readonly title: string; readonly model: string }
  | { readonly type: 'RemoveLaptop' }
  | { readonly type: 'FitPort'; readonly portId: number }
  | { readonly type: 'UnfitPort'; readonly portId: number };

export const laptopDecider: Decider<Laptop | undefined, LaptopCommand, LaptopEvent, Lookups<LaptopOthers>> = {
  ...laptopContract.fold,

  decide(command, laptop, { ports }) {
    switch (command.type) {
      case 'AddLaptop': {
        if (laptop !== undefined) throw new Problem('conflict', 'There is already a laptop with this id.');
        const { title, model } = command;
        return [{ type: 'LaptopAdded', title, model }];
      }
      case 'ReviseLaptop': {
        const { title, model } = requireLaptop(laptop);
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
        if (requireLaptop(laptop).portIds.includes(portId)) return [];
        if (ports(portId) === undefined) throw new Problem('conflict', `There is no port ${portId}.`);
        return [{ type: 'PortFitted', portId }];
      }
      case 'UnfitPort': {
        const { portId } = command;
        return requireLaptop(laptop).portIds.includes(portId) ? [{ type: 'PortUnfitted', portId }] : [];
      }
    }
  },
};

function requireLaptop(laptop: Laptop | undefined): Laptop {
  if (laptop === undefined) throw new Problem('not-found', 'There is no laptop with this id.');
  return laptop;
}
