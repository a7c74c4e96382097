import { suite } from 'uvu';
import { givenDecider } from '@portside/kit/testing';
import type { PortEvent } from '#contracts/ports';
import { portDecider } from './port.ts';

const given = givenDecider(portDecider);
const added: PortEvent = { type: 'PortAdded', name: 'USB-C' };
const removed: PortEvent = { type: 'PortRemoved' };

const adding = suite('adding a port');
const add = { type: 'AddPort', name: 'USB-C' } as const;

adding('gives its name', () => given().when(add).then(added));
adding('is refused when the port is there', () => given(added).when(add).refused('conflict'));
adding('is possible again after a removal', () => given(added, removed).when(add).then(added));
adding.run();

const renaming = suite('renaming a port');

renaming('records the new name', () =>
  given(added)
    .when({ type: 'RenamePort', name: 'MagSafe 3' })
    .then({ type: 'PortRenamed', name: 'MagSafe 3', from: 'USB-C' }),
);
renaming('to its own name records nothing', () =>
  given(added).when({ type: 'RenamePort', name: 'USB-C' }).then(),
);
renaming('is refused when there is no port', () =>
  given().when({ type: 'RenamePort', name: 'x' }).refused('not-found'),
);
renaming.run();

const removing = suite('removing a port');

removing('records the removal', () => given(added).when({ type: 'RemovePort' }).then(removed));
removing('that is not there records nothing', () => given().when({ type: 'RemovePort' }).then());
removing.run();

const rejecting = suite('an event that does not follow from the history is rejected');

rejecting('adding a port that is there', () => given(added).rejects(added, /already there/));
rejecting('renaming a port that is not there', () =>
  given().rejects({ type: 'PortRenamed', name: 'x', from: null }, /no such port/),
);
rejecting('removing a port twice', () => given(added, removed).rejects(removed, /no such port/));
rejecting.run();
