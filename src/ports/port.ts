/** The rules of one charging port: what a command does to it, and what an event makes of it. */

import { Rejection, type Decider } from '../core/decider.ts';
import { Problem } from '../core/problem.ts';
import type { PortEvent } from './events.ts';

/** A charging port that is there; undefined when it was never added or was removed. */
export type Port = { readonly name: string };

export type PortCommand =
  | { readonly type: 'AddPort'; readonly name: string }
  | { readonly type: 'RenamePort'; readonly name: string }
  | { readonly type: 'RemovePort' };

export const portDecider: Decider<Port | undefined, PortCommand, PortEvent> = {
  initial: undefined,

  decide(command, port) {
    switch (command.type) {
      case 'AddPort':
        if (port !== undefined) throw new Problem('conflict', 'There is already a port with this id.');
        return [{ type: 'PortAdded', name: command.name }];
      case 'RenamePort':
        if (port === undefined) throw new Problem('not-found', 'There is no port with this id.');
        if (port.name === command.name) return [];
        return [{ type: 'PortRenamed', name: command.name, from: port.name }];
      case 'RemovePort':
        return port === undefined ? [] : [{ type: 'PortRemoved' }];
    }
  },

  evolve(port, event) {
    switch (event.type) {
      case 'PortAdded':
        return port === undefined ? { name: event.name } : new Rejection('the port is already there');
      case 'PortRenamed':
        return port === undefined ? new Rejection('there is no such port') : { name: event.name };
      case 'PortRemoved':
        return port === undefined ? new Rejection('there is no such port') : undefined;
    }
  },
};
