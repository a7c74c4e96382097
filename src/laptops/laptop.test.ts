import { suite } from 'uvu';
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

adding('gives its title and model', () => given().when(add).then(added));
adding('is refused when the laptop is there', () => given(added).when(add).refused('conflict'));
adding('is possible again after a removal', () => given(added, removed).when(add).then(added));
adding.run();

const revising = suite('revising a laptop');
const revise = (title: string, model: string) => ({ type: 'ReviseLaptop', title, model }) as const;

revising('records only what changes', () =>
  given(added).when(revise('Lenovo', 'S4')).then({ type: 'LaptopRevised', model: 'S4' }),
);
revising('records both when both change', () =>
  given(added).when(revise('IBM', 'T60')).then({ type: 'LaptopRevised', title: 'IBM', model: 'T60' }),
);
revising('to what it is already records nothing', () => given(added).when(revise('Lenovo', 'S3')).then());
revising('is refused when there is no laptop', () => given().when(revise('a', 'b')).refused('not-found'));
revising('is refused after a removal', () =>
  given(added, removed).when(revise('a', 'b')).refused('not-found'),
);
revising.run();

const removing = suite('removing a laptop');

removing('records the removal', () => given(added).when({ type: 'RemoveLaptop' }).then(removed));
removing('that is not there records nothing', () => given().when({ type: 'RemoveLaptop' }).then());
removing.run();

const fitting = suite('fitting a port');

fitting('records the port', () => given(added).when({ type: 'FitPort', portId: 7 }).then(fitted));
fitting('twice records nothing', () => given(added, fitted).when({ type: 'FitPort', portId: 7 }).then());
fitting('is refused when there is no laptop', () =>
  given().when({ type: 'FitPort', portId: 7 }).refused('not-found'),
);
fitting('is refused when no such port is known', () =>
  given(added).when({ type: 'FitPort', portId: 8 }).refused('conflict'),
);
fitting('records nothing when it is fitted already, though it is not known any more', () =>
  given(added, { type: 'PortFitted', portId: 8 }).when({ type: 'FitPort', portId: 8 }).then(),
);
fitting.run();

const unfitting = suite('unfitting a port');

unfitting('records the port', () =>
  given(added, fitted).when({ type: 'UnfitPort', portId: 7 }).then({ type: 'PortUnfitted', portId: 7 }),
);
unfitting('that is not fitted records nothing', () =>
  given(added).when({ type: 'UnfitPort', portId: 7 }).then(),
);
unfitting('is refused when there is no laptop', () =>
  given().when({ type: 'UnfitPort', portId: 7 }).refused('not-found'),
);
unfitting.run();

const rejecting = suite('an event that does not follow from the history is rejected');

rejecting('adding a laptop that is there', () => given(added).rejects(added, /already there/));
rejecting('revising a laptop that is not there', () =>
  given().rejects({ type: 'LaptopRevised', title: 'x' }, /no such laptop/),
);
rejecting('removing a laptop twice', () => given(added, removed).rejects(removed, /no such laptop/));
rejecting('fitting a port twice', () => given(added, fitted).rejects(fitted, /port 7 is already fitted/));
rejecting('unfitting a port that is not fitted', () =>
  given(added).rejects({ type: 'PortUnfitted', portId: 7 }, /port 7 is not fitted/),
);
rejecting.run();
