import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freeze, freezeInPlace } from './frozen.ts';

const test = suite('freeze');

test('freezes objects and arrays to the last level', () => {
  const state = { slots: { 1: { notes: ['a'] } }, list: [{ at: null }] };
  assert.is(freeze(state), state);
  assert.throws(() => state.slots[1].notes.push('b'), TypeError);
  assert.throws(() => Object.assign(state.list[0] ?? {}, { at: 1 }), TypeError);
  assert.throws(() => Object.assign(state, { other: 1 }), TypeError);
});
test('returns values without parts', () => {
  for (const value of [undefined, null, 1, 'a', true]) assert.is(freeze(value), value);
});
test('freezes what is inside of an object that is frozen already', () => {
  const notes = ['a'];
  freeze(Object.freeze({ notes }));
  assert.ok(Object.isFrozen(notes));
});
test('leaves out undefined properties, as a snapshot does', () => {
  const list = Object.freeze([Object.freeze({ at: undefined, note: 'a' }), 1]);
  const state = freeze({ slots: { 1: 7, 2: undefined }, list, none: undefined, at: 3 });
  assert.equal(Object.entries(state), [
    ['slots', { 1: 7 }],
    ['list', [{ note: 'a' }, 1]],
    ['at', 3],
  ]);
  assert.equal([2 in state.slots, Object.keys(state.list[0] ?? {})], [false, ['note']]);
  for (const part of [state, state.slots, state.list, state.list[0]]) assert.ok(Object.isFrozen(part));
});
test('does not change an item of an array, which is not JSON if it is undefined', () =>
  assert.equal(freeze([undefined, 1]), [undefined, 1]));
test('skips the parts that the value shares with an earlier one', () => {
  const shared = { notes: ['a'] };
  const added = { notes: ['b'] };
  const before = { first: shared, list: [shared] };
  freeze({ first: shared, list: [shared, added] }, before);
  assert.not(Object.isFrozen(shared));
  assert.ok(Object.isFrozen(added.notes));
  freeze({ first: added, other: shared }, before);
  assert.ok(Object.isFrozen(shared.notes));
});
test.run();

const inPlace = suite('freezeInPlace');

inPlace('freezes the value itself, with its undefined properties', () => {
  const initial = { exists: false, notes: ['a'], at: undefined };
  freezeInPlace(initial);
  assert.ok(Object.isFrozen(initial) && Object.isFrozen(initial.notes) && 'at' in initial);
  freezeInPlace(undefined);
});
inPlace.run();
