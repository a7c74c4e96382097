import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freeze } from './frozen.ts';

const test = suite('freeze');

test('freezes objects and arrays to the last level', () => {
  const state = { slots: { 1: { notes: ['a'] } }, list: [{ at: null }], none: undefined };
  freeze(state);
  assert.throws(() => state.slots[1].notes.push('b'), TypeError);
  assert.throws(() => Object.assign(state.list[0] ?? {}, { at: 1 }), TypeError);
  assert.throws(() => Object.assign(state, { other: 1 }), TypeError);
});
test('accepts values without parts', () => {
  for (const value of [undefined, null, 1, 'a', true]) freeze(value);
});
test('freezes what is inside of an object that is frozen already', () => {
  const notes = ['a'];
  freeze(Object.freeze({ notes }));
  assert.ok(Object.isFrozen(notes));
});
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
