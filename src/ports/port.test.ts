import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDecider } from '@portside/kit';
import { givenService } from '@portside/kit/testing';
import type { PortEvent } from '#contracts/ports';
import { portService } from './port.ts';

const given = givenService(portService, { laptops: () => undefined });
const added: PortEvent = { type: 'PortAdded', name: 'USB-C' };
const removed: PortEvent = { type: 'PortRemoved' };

const adding = suite('adding a port');
const add = { name: 'USB-C' };

adding('records its name', () => given().when('add', add).then(added));
adding('is rejected if the port exists', () => given(added).when('add', add).throws('conflict'));
adding('is possible after the port was removed', () => given(added, removed).when('add', add).then(added));
adding.run();

const reasons = suite('a rejected command for a port');

reasons('says why', () => {
  const { decide } = createDecider(portService, { laptops: () => undefined });
  const now = '2026-01-31T12:00:00.000Z';
  assert.throws(
    () => decide({ verb: 'add', input: add, now }, { name: 'USB-C' }),
    /^There is already a port with this id\.$/,
  );
  assert.throws(
    () => decide({ verb: 'rename', input: { name: 'x' }, now }, undefined),
    /^There is no port with this id\.$/,
  );
});
reasons.run();

const renaming = suite('renaming a port');

renaming('records the new and the previous name', () =>
  given(added)
    .when('rename', { name: 'MagSafe 3' })
    .then({ type: 'PortRenamed', name: 'MagSafe 3', from: 'USB-C' }),
);
renaming('records nothing if the name does not change', () =>
  given(added).when('rename', { name: 'USB-C' }).then(),
);
renaming('is rejected if the port does not exist', () =>
  given().when('rename', { name: 'x' }).throws('not-found'),
);
renaming.run();

const removing = suite('removing a port');

removing('records the removal', () => given(added).when('remove').then(removed));
removing('records nothing if the port does not exist', () => given().when('remove').then());
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

const oldNames = suite('a port whose name is older than the rules for names');

oldNames('can be renamed: the previous name is not repeated in the event', () => {
  const { decide } = createDecider(portService, { laptops: () => undefined });
  const origin = { now: '2026-11-26T12:00:00Z', actor: undefined };
  const command = { verb: 'rename', input: { name: 'USB-C' }, ...origin } as const;
  assert.equal(decide(command, { name: 'USB\0' }), [{ type: 'PortRenamed', name: 'USB-C', from: null }]);
});
oldNames.run();
