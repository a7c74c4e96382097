import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bindDecider } from '@portside/kit';
import { givenDecider } from '@portside/kit/testing';
import { laptopDecider } from './laptop.ts';
import type { LaptopEvent } from '#contracts/laptops';

const ports = (id: number) => (id === 7 ? { name: 'USB-C' } : undefined);
const given = givenDecider(bindDecider(laptopDecider, { ports }));
const added: LaptopEvent = { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' };
const removed: LaptopEvent = { type: 'LaptopRemoved' };
const fitted: LaptopEvent = { type: 'PortFitted', portId: 7 };

const adding = suite('adding a laptop');
const add = { type: 'AddLaptop', title: 'Lenovo', model: 'S3' } as const;

adding('records its title and model', () => given().when(add).then(added));
adding('is rejected if the laptop exists', () => given(added).when(add).throws('conflict'));
adding('is possible after the laptop was removed', () => given(added, removed).when(add).then(added));
adding.run();

const revising = suite('revising a laptop');
const revise = (title: string, model: string) => ({ type: 'ReviseLaptop', title, model }) as const;

revising('records only the changed field', () =>
  given(added).when(revise('Lenovo', 'S4')).then({ type: 'LaptopRevised', model: 'S4' }),
);
revising('records both fields if both change', () =>
  given(added).when(revise('IBM', 'T60')).then({ type: 'LaptopRevised', title: 'IBM', model: 'T60' }),
);
revising('records nothing if nothing changes', () => given(added).when(revise('Lenovo', 'S3')).then());
revising('is rejected if the laptop does not exist', () =>
  given().when(revise('a', 'b')).throws('not-found'),
);
revising('is rejected after the laptop was removed', () =>
  given(added, removed).when(revise('a', 'b')).throws('not-found'),
);
revising.run();

const removing = suite('removing a laptop');

removing('records the removal', () => given(added).when({ type: 'RemoveLaptop' }).then(removed));
removing('records nothing if the laptop does not exist', () => given().when({ type: 'RemoveLaptop' }).then());
removing.run();

const fitting = suite('fitting a port');

fitting('records the port', () => given(added).when({ type: 'FitPort', portId: 7 }).then(fitted));
fitting('records nothing if the port is already fitted', () =>
  given(added, fitted).when({ type: 'FitPort', portId: 7 }).then(),
);
fitting('is rejected if the laptop does not exist', () =>
  given().when({ type: 'FitPort', portId: 7 }).throws('not-found'),
);
fitting('is rejected if the port does not exist', () =>
  given(added).when({ type: 'FitPort', portId: 8 }).throws('conflict'),
);
fitting('records nothing if the port is already fitted but no longer exists', () =>
  given(added, { type: 'PortFitted', portId: 8 }).when({ type: 'FitPort', portId: 8 }).then(),
);
fitting.run();

const unfitting = suite('unfitting a port');

unfitting('records the port', () =>
  given(added, fitted).when({ type: 'UnfitPort', portId: 7 }).then({ type: 'PortUnfitted', portId: 7 }),
);
unfitting('records nothing if the port is not fitted', () =>
  given(added).when({ type: 'UnfitPort', portId: 7 }).then(),
);
unfitting('is rejected if the laptop does not exist', () =>
  given().when({ type: 'UnfitPort', portId: 7 }).throws('not-found'),
);
unfitting.run();

const reasons = suite('a rejected command for a laptop');

reasons('says why', () => {
  const lookups = { ports: () => undefined };
  const state = { title: 'Lenovo', model: 'S3', portIds: [] };
  const { decide } = laptopDecider;
  assert.throws(() => decide(add, state, lookups), /^There is already a laptop with this id\.$/);
  assert.throws(() => decide(revise('a', 'b'), undefined, lookups), /^There is no laptop with this id\.$/);
  assert.throws(() => decide({ type: 'FitPort', portId: 8 }, state, lookups), /^There is no port 8\.$/);
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
