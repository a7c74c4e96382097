import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDecider } from '@portside/kit';
import { givenService } from '@portside/kit/testing';
import { laptopService } from './laptop.ts';
import type { LaptopEvent } from '#contracts/laptops';

const ports = (id: number) => (id === 7 ? { name: 'USB-C' } : undefined);
const given = givenService(laptopService, { ports });
const added: LaptopEvent = { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' };
const removed: LaptopEvent = { type: 'LaptopRemoved' };
const fitted: LaptopEvent = { type: 'PortFitted', portId: 7 };

const adding = suite('adding a laptop');
const add = { title: 'Lenovo', model: 'S3' };

adding('records its title and model', () => given().when('add', add).then(added));
adding('is rejected if the laptop exists', () => given(added).when('add', add).throws('conflict'));
adding('is possible after the laptop was removed', () => given(added, removed).when('add', add).then(added));
adding.run();

const revising = suite('revising a laptop');

revising('records only the changed field', () =>
  given(added).when('revise', { title: 'Lenovo', model: 'S4' }).then({ type: 'LaptopRevised', model: 'S4' }),
);
revising('records both fields if both change', () =>
  given(added)
    .when('revise', { title: 'IBM', model: 'T60' })
    .then({ type: 'LaptopRevised', title: 'IBM', model: 'T60' }),
);
revising('records nothing if nothing changes', () =>
  given(added).when('revise', { title: 'Lenovo', model: 'S3' }).then(),
);
revising('is rejected if the laptop does not exist', () =>
  given().when('revise', { title: 'a', model: 'b' }).throws('not-found'),
);
revising('is rejected after the laptop was removed', () =>
  given(added, removed).when('revise', { title: 'a', model: 'b' }).throws('not-found'),
);
revising.run();

const removing = suite('removing a laptop');

removing('records the removal', () => given(added).when('remove').then(removed));
removing('records nothing if the laptop does not exist', () => given().when('remove').then());
removing.run();

const fitting = suite('fitting a port');

fitting('records the port', () => given(added).when('fit', { portId: 7 }).then(fitted));
fitting('records nothing if the port is already fitted', () =>
  given(added, fitted).when('fit', { portId: 7 }).then(),
);
fitting('is rejected if the laptop does not exist', () =>
  given().when('fit', { portId: 7 }).throws('not-found'),
);
fitting('is rejected if the port does not exist', () =>
  given(added).when('fit', { portId: 8 }).throws('conflict'),
);
fitting('records nothing if the port is already fitted but no longer exists', () =>
  given(added, { type: 'PortFitted', portId: 8 }).when('fit', { portId: 8 }).then(),
);
fitting.run();

const unfitting = suite('unfitting a port');

unfitting('records the port', () =>
  given(added, fitted).when('unfit', { portId: 7 }).then({ type: 'PortUnfitted', portId: 7 }),
);
unfitting('records nothing if the port is not fitted', () =>
  given(added).when('unfit', { portId: 7 }).then(),
);
unfitting('is rejected if the laptop does not exist', () =>
  given().when('unfit', { portId: 7 }).throws('not-found'),
);
unfitting.run();

const reasons = suite('a rejected command for a laptop');

reasons('says why', () => {
  const { decide } = createDecider(laptopService, { ports: () => undefined });
  const state = { title: 'Lenovo', model: 'S3', portIds: [] };
  const now = '2026-01-31T12:00:00.000Z';
  assert.throws(
    () => decide({ verb: 'add', input: add, now }, state),
    /^There is already a laptop with this id\.$/,
  );
  assert.throws(
    () => decide({ verb: 'revise', input: add, now }, undefined),
    /^There is no laptop with this id\.$/,
  );
  assert.throws(() => decide({ verb: 'fit', input: { portId: 8 }, now }, state), /^There is no port 8\.$/);
});
reasons.run();

const folding = suite('folding the events of a laptop');

folding('rejects LaptopAdded if the laptop exists', () => given(added).rejects(added, /already exists/));
folding('rejects LaptopRevised if the laptop does not exist', () =>
  given().rejects({ type: 'LaptopRevised', title: 'x' }, /the laptop does not exist/),
);
folding('rejects LaptopRemoved after the laptop was removed', () =>
  given(added, removed).rejects(removed, /the laptop does not exist/),
);
folding('rejects PortFitted if the port is already fitted', () =>
  given(added, fitted).rejects(fitted, /port 7 is already fitted/),
);
folding('rejects PortUnfitted if the port is not fitted', () =>
  given(added).rejects({ type: 'PortUnfitted', portId: 7 }, /port 7 is not fitted/),
);
folding.run();
