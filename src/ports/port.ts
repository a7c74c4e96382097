import { portContract, type Port, type PortEvent } from '#contracts/ports';
import { Problem, type Decider } from '@portside/kit';

export type PortCommand =
  | { readonly type: 'AddPort'; readonly name: string }
  | { readonly type: 'RenamePort'; readonly name: string }
  | { readonly type: 'RemovePort' };

export const portDecider: Decider<Port | undefined, PortCommand, PortEvent> = {
  ...portContract.fold,

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
};
