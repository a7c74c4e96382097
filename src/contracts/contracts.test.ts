/** What both contracts promise to other services. */

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rejection } from '@portside/kit';
import { listShapes } from '@portside/kit/testing';
import { laptopContract, type LaptopEvent } from './laptops.ts';
import { portContract, type PortEvent } from './ports.ts';

const contracts = [
  { ...laptopContract, shapes: listShapes(laptopContract.events) },
  { ...portContract, shapes: listShapes(portContract.events) },
];

for (const { name, events, streamFile, shapes } of contracts) {
  const test = suite(`the contract of ${name}`);
  for (const { type, version, schema } of shapes) {
    test(`describes ${type}, version ${version}, with a valid example`, () => {
      assert.match(String(schema['description']), /^(?:A|The) .{10,}\.$/);
      const examples: readonly unknown[] = Array.isArray(schema['examples']) ? schema['examples'] : [];
      assert.ok(examples.length > 0);
      for (const example of examples) {
        const event = events.read(example);
        assert.not.instance(event, Rejection);
        assert.is('type' in event ? event.type : '', type);
      }
    });
  }
  test('names the stream that stores its events', () => {
    const { subjects }: { subjects: string[] } = JSON.parse(readFileSync(streamFile, 'utf8'));
    assert.equal(subjects, [`${name}.events.*`]);
  });
  test.run();
}

function fold<State, Event>(
  { initial, evolve }: { readonly initial: State; evolve(state: State, event: Event): State | Rejection },
  events: readonly Event[],
): State {
  return events.reduce((state, event) => {
    const next = evolve(state, event);
    if (next instanceof Rejection) throw new Error(next.reason);
    return next;
  }, initial);
}

const laptops = suite('the state of a laptop');
const added: LaptopEvent = { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' };
const after = (...events: readonly LaptopEvent[]) => fold(laptopContract.fold, [added, ...events]);

laptops('has no ports at first', () => assert.equal(after(), { title: 'Lenovo', model: 'S3', portIds: [] }));
laptops('keeps what a revision does not mention', () => {
  assert.equal(after({ type: 'LaptopRevised', model: 'S4' }), { title: 'Lenovo', model: 'S4', portIds: [] });
  assert.equal(after({ type: 'LaptopRevised', title: 'IBM' }), { title: 'IBM', model: 'S3', portIds: [] });
});
laptops('has its ports in the order of fitting, without those that were removed', () => {
  const fitted = [7, 3, 5].map((portId): LaptopEvent => ({ type: 'PortFitted', portId }));
  assert.equal(after(...fitted)?.portIds, [7, 3, 5]);
  assert.equal(after(...fitted, { type: 'PortUnfitted', portId: 3 })?.portIds, [7, 5]);
});
laptops('is undefined after its removal', () => assert.is(after({ type: 'LaptopRemoved' }), undefined));
laptops.run();

const ports = suite('the state of a port');

ports('has the last name, and is undefined after its removal', () => {
  const events: readonly PortEvent[] = [
    { type: 'PortAdded', name: 'USB-A' },
    { type: 'PortRenamed', name: 'USB-C', from: null },
    { type: 'PortRemoved' },
  ];
  assert.equal(
    [1, 2, 3].map((count) => fold(portContract.fold, events.slice(0, count))),
    [{ name: 'USB-A' }, { name: 'USB-C' }, undefined],
  );
});
ports.run();
