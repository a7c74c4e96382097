import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { givenDecider } from '@portside/kit/testing';
import type { PortEvent } from '#contracts/ports';
import { portDecider } from './port.ts';

const given = givenDecider(portDecider);
const added: PortEvent = { type: 'PortAdded', name: 'USB-C' };
const removed: PortEvent = { type: 'PortRemoved' };

const adding = suite('adding a port');
const add = { type: 'AddPort', name: 'USB-C' } as const;

adding('records its name', () => given().when(add).then(added));
adding('is rejected if the port exists', () => given(added).when(add).throws('conflict'));
adding('is possible after the port was removed', () => given(added, removed).when(add).then(added));
adding.run();

const reasons = suite('a rejected command for a port');

reasons('says why', () => {
  const { decide } = portDecider;
  assert.throws(() => decide(add, { name: 'USB-C' }, {}), /^There is already a port with this id\.$/);
  assert.throws(
    () => decide({ type: 'RenamePort', name: 'x' }, undefined, {}),
    /^There is no port with this id\.$/,
  );
});
reasons.run();

const renaming = suite('renaming a port');

renaming('records the new and the previous name', () =>
  given(added)
    .when({ type: 'RenamePort', name: 'MagSafe 3' })
    .then({ type: 'PortRenamed', name: 'MagSafe 3', from: 'USB-C' }),
);
renaming('records nothing if the name does not change', () =>
  given(added).when({ type: 'RenamePort', name: 'USB-C' }).then(),
);
renaming('is rejected if the port does not exist', () =>
  given().when({ type: 'RenamePort', name: 'x' }).throws('not-found'),
);
renaming.run();

const removing = suite('removing a port');

removing('records the removal', () => given(added).when({ type: 'RemovePort' }).then(removed));
removing('records nothing if the port does not exist', () => given().when({ type: 'RemovePort' }).then());
removing.run();

const folding = suite('folding the events of a port');

folding('rejects PortAdded if the port exists', () => given(added).rejects(added, /already exists/));
folding('rejects PortRenamed if the port does not exist', () =>
  given().rejects({ type: 'PortRenamed', name: 'x', from: null }, /the port does not exist/),
);
folding('rejects PortRemoved after the port was removed', () =>
  given(added, removed).rejects(removed, /the port does not exist/),
);
folding.run();
