import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rejection } from '@portside/kit';
import { findContractBreaks, listShapes, nameShape, readFixtures } from '@portside/kit/testing';
import { laptopEvents, type LaptopEvent } from './laptops.ts';

/** What each frozen file has meant since it was first stored. A new shape needs a new file, never a changed one. */
const meanings: Readonly<Record<string, LaptopEvent>> = {
  'laptop-added.v1.json': { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' },
  'laptop-removed.v1.json': { type: 'LaptopRemoved' },
  'laptop-revised-model.v1.json': { type: 'LaptopRevised', model: 'T60' },
  'laptop-revised-title.v1.json': { type: 'LaptopRevised', title: 'IBM' },
  'laptop-revised.v1.json': { type: 'LaptopRevised', title: 'IBM', model: 'T60' },
  'port-fitted.v1.json': { type: 'PortFitted', portId: 7 },
  'port-unfitted.v1.json': { type: 'PortUnfitted', portId: Number.MAX_SAFE_INTEGER },
};
const fixtures = readFixtures(new URL('laptops/fixtures/', import.meta.url));

const reading = suite('every event that was ever stored is still read');

for (const [file, meaning] of Object.entries(meanings)) {
  reading(`${file} as what it meant`, () => assert.equal(laptopEvents.read(fixtures.get(file)), meaning));
}
reading('and every file says what it means', () => assert.equal([...fixtures.keys()], Object.keys(meanings)));
reading('there is one of every type and version', () =>
  assert.equal(
    new Set([...fixtures.values()].map(nameShape)),
    new Set(listShapes(laptopEvents).map(({ type, version }) => `${type} ${version}`)),
  ),
);
reading('the schema of each is the one that was frozen', () =>
  assert.equal(findContractBreaks(laptopEvents, new URL('laptops/schemas/', import.meta.url)), []),
);
reading.run();

const writing = suite('an event is stored as its newest frozen file has it');

for (const [file, meaning] of Object.entries(meanings)) {
  writing(file, () => assert.equal(laptopEvents.write(meaning), fixtures.get(file)));
}
writing.run();

const refusing = suite('an event with wrong fields is rejected');

for (const [what, value, reason] of [
  ['a title of 201 characters', { type: 'LaptopAdded', title: 'x'.repeat(201), model: 'S3' }, /title/],
  ['a model of 201 characters', { type: 'LaptopAdded', title: 'x', model: 'y'.repeat(201) }, /model/],
  ['no model', { type: 'LaptopAdded', title: 'x' }, /model/],
  ['a revision of nothing', { type: 'LaptopRevised' }, /needs a title or a model/],
  ['a revision to an empty title', { type: 'LaptopRevised', title: ' ' }, /title/],
  ['a revision to null', { type: 'LaptopRevised', title: null, model: 'S3' }, /title/],
  ['a port without an id', { type: 'PortFitted' }, /portId/],
  ['a port with the id 0', { type: 'PortFitted', portId: 0 }, /portId/],
  ['a port with an id in text', { type: 'PortUnfitted', portId: '7' }, /portId/],
  ['a port with an id beyond 2^53', { type: 'PortUnfitted', portId: 2 ** 53 }, /portId/],
] as const) {
  refusing(what, () => {
    const read = laptopEvents.read(value);
    assert.match(read instanceof Rejection ? read.reason : 'it was not rejected', reason);
  });
}
refusing('200 characters are accepted, counted after trimming', () => {
  const longest = 'x'.repeat(200);
  assert.equal(laptopEvents.read({ type: 'LaptopAdded', title: ` ${longest} `, model: longest }), {
    type: 'LaptopAdded',
    title: longest,
    model: longest,
  });
});
refusing.run();
