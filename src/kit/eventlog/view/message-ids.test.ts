import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMessageIds, maxMessageIdLength } from './message-ids.ts';

const lookups = suite('the cache of message ids');

lookups('returns the first position of an id', () => {
  const ids = createMessageIds();
  ids.remember('a', 7);
  ids.remember('a', 9);
  assert.is(ids.positionOf('a'), 7);
});
lookups('returns undefined for an id that was not added', () => {
  const ids = createMessageIds();
  for (const id of ['a', '', '__proto__', 'constructor']) assert.is(ids.positionOf(id), undefined);
});
lookups('accepts the empty id and the names of object properties', () => {
  const ids = createMessageIds();
  for (const [index, id] of ['', '__proto__', 'constructor'].entries()) ids.remember(id, index + 1);
  assert.is(ids.positionOf(''), 1);
  assert.is(ids.positionOf('__proto__'), 2);
  assert.is(ids.positionOf('constructor'), 3);
});
lookups('ignores ids longer than the limit', () => {
  const ids = createMessageIds();
  const [longest, tooLong] = ['x'.repeat(maxMessageIdLength), 'x'.repeat(maxMessageIdLength + 1)];
  for (const id of [longest, tooLong]) ids.remember(id, 1);
  assert.equal([longest, tooLong].map(ids.positionOf), [1, undefined]);
});
lookups.run();

/** Adds the ids `1`, `2`, … at the positions 1, 2, … to a cache with generations of three. */
function rememberUpTo(last: number) {
  const ids = createMessageIds(undefined, 3);
  for (let position = 1; position <= last; position++) ids.remember(String(position), position);
  return ids;
}

const eviction = suite('eviction of message ids');

eviction('keeps a full generation while the next one is being filled', () => {
  const ids = rememberUpTo(6);
  assert.is(ids.positionOf('1'), 1);
  assert.is(ids.positionOf('6'), 6);
});
eviction('drops the old generation as a whole when the young one is full', () => {
  const ids = rememberUpTo(7);
  assert.is(ids.positionOf('3'), undefined);
  assert.is(ids.positionOf('4'), 4);
  assert.is(ids.positionOf('7'), 7);
});
eviction('retains at most two generations', () => {
  const { old, young } = rememberUpTo(1000).capture();
  assert.ok(old.ids.length + young.ids.length <= 6);
});
eviction('counts messages, so that a repeated id counts again', () => {
  const ids = rememberUpTo(5);
  ids.remember('5', 6);
  assert.is(ids.positionOf('1'), 1);
  ids.remember('5', 7);
  assert.equal(['1', '4', '5'].map(ids.positionOf), [undefined, 4, 5]);
});
eviction('does not depend on lookups', () => {
  const ids = createMessageIds(undefined, 3);
  for (let position = 1; position <= 7; position++) {
    assert.is(ids.positionOf(String(position)), undefined);
    ids.remember(String(position), position);
    assert.is(ids.positionOf(String(position)), position);
  }
  assert.equal(ids.capture(), rememberUpTo(7).capture());
});
eviction.run();

const capturing = suite('an image of the message ids');

capturing('restores the same ids', () => {
  const restored = createMessageIds(rememberUpTo(5).capture(), 3);
  assert.equal(
    ['1', '3', '5', '6'].map((id) => restored.positionOf(id)),
    [1, 3, 5, undefined],
  );
});
capturing('restores the generations, so that every replica evicts the same ids', () => {
  const ids = rememberUpTo(5);
  const restored = createMessageIds(ids.capture(), 3);
  for (const cache of [ids, restored]) {
    for (const position of [6, 7]) cache.remember(String(position), position);
  }
  assert.equal(restored.capture(), ids.capture());
});
capturing('does not change when ids are added later', () => {
  const ids = rememberUpTo(5);
  const image = ids.capture();
  for (let position = 6; position < 20; position++) ids.remember(String(position), position);
  assert.equal(image, rememberUpTo(5).capture());
});
capturing('does not change when ids are added to a restored cache', () => {
  const image = rememberUpTo(5).capture();
  createMessageIds(image, 3).remember('x', 6);
  assert.equal(image, rememberUpTo(5).capture());
});
capturing.run();
