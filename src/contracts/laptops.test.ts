import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rejection } from '@portside/kit';
import { findContractBreaks, listShapes, nameShape, readFixtures } from '@portside/kit/testing';
import { laptopEvents, type LaptopEvent } from './laptops.ts';

/** Expected result of reading each fixture. A new event version needs a new file; existing files never change. */
const expectedEvents: Readonly<Record<string, LaptopEvent>> = {
  'laptop-added.v1.json': { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' },
  'laptop-removed.v1.json': { type: 'LaptopRemoved' },
  'laptop-revised-model.v1.json': { type: 'LaptopRevised', model: 'T60' },
  'laptop-revised-title.v1.json': { type: 'LaptopRevised', title: 'IBM' },
  'laptop-revised.v1.json': { type: 'LaptopRevised', title: 'IBM', model: 'T60' },
  'port-fitted.v1.json': { type: 'PortFitted', portId: 7 },
  'port-unfitted.v1.json': { type: 'PortUnfitted', portId: Number.MAX_SAFE_INTEGER },
};
const fixtures = readFixtures(new URL('laptops/fixtures/', import.meta.url));

const reading = suite('reading stored laptop events');

for (const [file, event] of Object.entries(expectedEvents)) {
  reading(`returns the expected event for ${file}`, () =>
    assert.equal(laptopEvents.read(fixtures.get(file)), event),
  );
}
reading('has an expected event for every fixture', () =>
  assert.equal([...fixtures.keys()], Object.keys(expectedEvents)),
);
reading('has a fixture for every event type and version', () =>
  assert.equal(
    new Set([...fixtures.values()].map(nameShape)),
    new Set(listShapes(laptopEvents).map(({ type, version }) => `${type} ${version}`)),
  ),
);
reading('uses the frozen schema of every event', () =>
  assert.equal(findContractBreaks(laptopEvents, new URL('laptops/schemas/', import.meta.url)), []),
);
reading.run();

const writing = suite('writing laptop events');

for (const [file, event] of Object.entries(expectedEvents)) {
  writing(`produces ${file}`, () => assert.equal(laptopEvents.write(event), fixtures.get(file)));
}
writing.run();

const validation = suite('validation of laptop events');

for (const [description, value, reason] of [
  ['a title of 201 characters', { type: 'LaptopAdded', title: 'x'.repeat(201), model: 'S3' }, /title/],
  ['a model of 201 characters', { type: 'LaptopAdded', title: 'x', model: 'y'.repeat(201) }, /model/],
  ['no model', { type: 'LaptopAdded', title: 'x' }, /model/],
  ['a revision without title and model', { type: 'LaptopRevised' }, /needs a title or a model/],
  ['a revision to an empty title', { type: 'LaptopRevised', title: ' ' }, /title/],
  ['a revision to null', { type: 'LaptopRevised', title: null, model: 'S3' }, /title/],
  ['a port without an id', { type: 'PortFitted' }, /portId/],
  ['a port with the id 0', { type: 'PortFitted', portId: 0 }, /portId/],
  ['a port with an id that is a string', { type: 'PortUnfitted', portId: '7' }, /portId/],
  ['a port with an id beyond 2^53', { type: 'PortUnfitted', portId: 2 ** 53 }, /portId/],
] as const) {
  validation(`rejects ${description}`, () => {
    const read = laptopEvents.read(value);
    assert.match(read instanceof Rejection ? read.reason : 'it was not rejected', reason);
  });
}
validation('accepts texts of 200 characters after trimming', () => {
  const longest = 'x'.repeat(200);
  assert.equal(laptopEvents.read({ type: 'LaptopAdded', title: ` ${longest} `, model: longest }), {
    type: 'LaptopAdded',
    title: longest,
    model: longest,
  });
});
validation.run();
