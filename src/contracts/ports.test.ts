import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rejection } from '@portside/kit';
import { findContractBreaks, listShapes, nameShape, readFixtures } from '@portside/kit/testing';
import { portEvents, type PortEvent } from './ports.ts';

/** Expected result of reading each fixture. A new event version needs a new file; existing files never change. */
const expectedEvents: Readonly<Record<string, PortEvent>> = {
  'port-added.v1.json': { type: 'PortAdded', name: 'USB-C' },
  'port-removed.v1.json': { type: 'PortRemoved' },
  'port-renamed-from-unknown.v2.json': { type: 'PortRenamed', name: 'MagSafe 3', from: null },
  'port-renamed.v1.json': { type: 'PortRenamed', name: 'MagSafe 3', from: null },
  'port-renamed.v2.json': { type: 'PortRenamed', name: 'MagSafe 3', from: 'USB-C' },
};
const fixtures = readFixtures(new URL('ports/fixtures/', import.meta.url));

const reading = suite('reading stored port events');

for (const [file, event] of Object.entries(expectedEvents)) {
  reading(`returns the expected event for ${file}`, () =>
    assert.equal(portEvents.read(fixtures.get(file)), event),
  );
}
reading('has an expected event for every fixture', () =>
  assert.equal([...fixtures.keys()], Object.keys(expectedEvents)),
);
reading('has a fixture for every event type and version', () =>
  assert.equal(
    new Set([...fixtures.values()].map(nameShape)),
    new Set(listShapes(portEvents).map(({ type, version }) => `${type} ${version}`)),
  ),
);
reading('uses the frozen schema of every event', () =>
  assert.equal(findContractBreaks(portEvents, new URL('ports/schemas/', import.meta.url)), []),
);
reading.run();

const writing = suite('writing port events');

for (const file of [
  'port-added.v1.json',
  'port-removed.v1.json',
  'port-renamed-from-unknown.v2.json',
  'port-renamed.v2.json',
]) {
  writing(`produces ${file}`, () => {
    const event = expectedEvents[file];
    assert.ok(event);
    assert.equal(portEvents.write(event), fixtures.get(file));
  });
}
writing.run();

const validation = suite('validation of port events');

for (const [description, value, reason] of [
  ['a name of 101 characters', { type: 'PortAdded', name: 'x'.repeat(101) }, /name/],
  ['no name', { type: 'PortAdded' }, /name/],
  ['an empty new name', { type: 'PortRenamed', name: ' ' }, /name/],
  ['version 2 without the previous name', { type: 'PortRenamed', v: 2, name: 'x' }, /from/],
  ['version 2 with an empty previous name', { type: 'PortRenamed', v: 2, name: 'x', from: '' }, /from/],
] as const) {
  validation(`rejects ${description}`, () => {
    const read = portEvents.read(value);
    assert.match(read instanceof Rejection ? read.reason : 'it was not rejected', reason);
  });
}
validation('accepts a name of 100 characters after trimming', () => {
  const longest = 'x'.repeat(100);
  assert.equal(portEvents.read({ type: 'PortAdded', name: ` ${longest} ` }), {
    type: 'PortAdded',
    name: longest,
  });
});
validation.run();
