import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rejection } from '@portside/kit';
import { findContractBreaks, listShapes, nameShape, readFixtures } from '@portside/kit/testing';
import { portEvents, type PortEvent } from './ports.ts';

/** What each frozen file has meant since it was first stored. A new shape needs a new file, never a changed one. */
const meanings: Readonly<Record<string, PortEvent>> = {
  'port-added.v1.json': { type: 'PortAdded', name: 'USB-C' },
  'port-removed.v1.json': { type: 'PortRemoved' },
  'port-renamed-from-unknown.v2.json': { type: 'PortRenamed', name: 'MagSafe 3', from: null },
  'port-renamed.v1.json': { type: 'PortRenamed', name: 'MagSafe 3', from: null },
  'port-renamed.v2.json': { type: 'PortRenamed', name: 'MagSafe 3', from: 'USB-C' },
};
const fixtures = readFixtures(new URL('ports/fixtures/', import.meta.url));

const reading = suite('every event that was ever stored is still read');

for (const [file, meaning] of Object.entries(meanings)) {
  reading(`${file} as what it meant`, () => assert.equal(portEvents.read(fixtures.get(file)), meaning));
}
reading('and every file says what it means', () => assert.equal([...fixtures.keys()], Object.keys(meanings)));
reading('there is one of every type and version', () =>
  assert.equal(
    new Set([...fixtures.values()].map(nameShape)),
    new Set(listShapes(portEvents).map(({ type, version }) => `${type} ${version}`)),
  ),
);
reading('the schema of each is the one that was frozen', () =>
  assert.equal(findContractBreaks(portEvents, new URL('ports/schemas/', import.meta.url)), []),
);
reading.run();

const writing = suite('an event is stored as its newest frozen file has it');

for (const file of [
  'port-added.v1.json',
  'port-removed.v1.json',
  'port-renamed-from-unknown.v2.json',
  'port-renamed.v2.json',
]) {
  writing(file, () => {
    const meaning = meanings[file];
    assert.ok(meaning);
    assert.equal(portEvents.write(meaning), fixtures.get(file));
  });
}
writing.run();

const refusing = suite('an event with wrong fields is rejected');

for (const [what, value, reason] of [
  ['a name of 101 characters', { type: 'PortAdded', name: 'x'.repeat(101) }, /name/],
  ['no name', { type: 'PortAdded' }, /name/],
  ['a new name that is empty', { type: 'PortRenamed', name: ' ' }, /name/],
  ['version 2 without the old name', { type: 'PortRenamed', v: 2, name: 'x' }, /from/],
  ['version 2 with an old name that is empty', { type: 'PortRenamed', v: 2, name: 'x', from: '' }, /from/],
] as const) {
  refusing(what, () => {
    const read = portEvents.read(value);
    assert.match(read instanceof Rejection ? read.reason : 'it was not rejected', reason);
  });
}
refusing('100 characters are accepted, counted after trimming', () => {
  const longest = 'x'.repeat(100);
  assert.equal(portEvents.read({ type: 'PortAdded', name: ` ${longest} ` }), {
    type: 'PortAdded',
    name: longest,
  });
});
refusing.run();
