import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findContractBreaks, givenService } from '@portside/kit/testing';
import { dockService } from './dock.ts';
import { dockEvents, type DockEvent } from './events.ts';

const lenovo = { title: 'Lenovo', model: 'S3' };
/** Laptops 7 and 8 exist; laptop 8 is in dock 2. */
const given = givenService(
  dockService,
  { laptops: (id) => (id === 7 || id === 8 ? lenovo : undefined) },
  (index, key) => (index === 'laptop' && key === 8 ? [2] : []),
);

const registered: DockEvent = { type: 'DockRegistered', vendor: 'Dell', label: 'North 1' };
const docked: DockEvent = { type: 'LaptopDocked', slot: 3, laptopId: 7 };
const undocked: DockEvent = { type: 'LaptopUndocked', slot: 3 };
const decommissioned: DockEvent = { type: 'DockDecommissioned' };

suite('registering a dock', () => {
  const input = { vendor: 'Dell', label: 'North 1' };
  test('records vendor and label', () => given().when('register', input).then(registered));
  test('is rejected if the dock exists', () => given(registered).when('register', input).throws('conflict'));
});

suite('relabelling a dock', () => {
  test('records the label', () =>
    given(registered).when('relabel', { label: 'East' }).then({ type: 'DockRelabelled', label: 'East' }));
  test('records nothing if the label is the same', () =>
    given(registered).when('relabel', { label: 'North 1' }).then());
  test('is rejected if the dock does not exist', () =>
    given().when('relabel', { label: 'East' }).throws('not-found'));
});

suite('relocating a dock', () => {
  const now = '2026-02-01T09:00:00.000Z';
  test('records the location and the time', () =>
    given(registered)
      .when('relocate', { location: 'A 12' }, { now })
      .then({ type: 'DockRelocated', location: 'A 12', at: now }));
  test('records a move to the storeroom', () =>
    given(registered)
      .when('relocate', { storeroom: true }, { now })
      .then({ type: 'DockRelocated', location: null, at: now }));
});

suite('docking a laptop', () => {
  const dock = (slot: number, laptopId: number) => given(registered, docked).when('dock', { slot, laptopId });
  test('records slot and laptop', () =>
    given(registered).when('dock', { slot: 3, laptopId: 7 }).then(docked));
  test('records nothing if the laptop is in the slot', () => dock(3, 7).then());
  test('is rejected if the slot is occupied', () => dock(3, 8).throws('conflict'));
  test('is rejected if the laptop does not exist', () => dock(4, 99).throws('conflict'));
  test('is rejected if the laptop is in another dock', () => dock(4, 8).throws('conflict'));
});

suite('undocking a laptop', () => {
  test('records the slot', () => given(registered, docked).when('undock', { slot: 3 }).then(undocked));
  test('records nothing if the slot is free', () => given(registered).when('undock', { slot: 3 }).then());
});

suite('decommissioning a dock', () => {
  test('is recorded', () => given(registered).when('decommission').then(decommissioned));
  test('is rejected while laptops are docked', () =>
    given(registered, docked).when('decommission').throws('conflict'));
  test('has no effect if the dock does not exist', () => given().when('decommission').then());
});

suite('folding the events of a dock', () => {
  test('rejects a second registration', () => given(registered).rejects(registered, /already exists/));
  test('rejects other events before it', () => given().rejects(undocked, /does not exist/));
  test('rejects a laptop in an occupied slot', () => given(registered, docked).rejects(docked, /occupied/));
  test('rejects undocking from a free slot', () => given(registered).rejects(undocked, /slot 3 is free/));
  test('rejects decommissioning with laptops', () =>
    given(registered, docked).rejects(decommissioned, /laptops are docked/));
});

suite('the stored events of docks', () => {
  test('have the frozen schemas', () =>
    assert.deepEqual(findContractBreaks(dockEvents, new URL('../schemas/', import.meta.url)), []));
});
