import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMessageIds, maxMessageIdLength } from './message-ids.ts';

const remembering = suite('a message id is remembered');

remembering('with the position where it was first seen', () => {
  const ids = createMessageIds();
  ids.remember('a', 7);
  ids.remember('a', 9);
  assert.is(ids.positionOf('a'), 7);
});
remembering('and one that was never seen is unknown', () => {
  const ids = createMessageIds();
  for (const id of ['a', '', '__proto__', 'constructor']) assert.is(ids.positionOf(id), undefined);
});
remembering('whatever it is called', () => {
  const ids = createMessageIds();
  for (const [index, id] of ['', '__proto__', 'constructor'].entries()) ids.remember(id, index + 1);
  assert.is(ids.positionOf(''), 1);
  assert.is(ids.positionOf('__proto__'), 2);
  assert.is(ids.positionOf('constructor'), 3);
});
remembering('unless it is longer than any of ours', () => {
  const ids = createMessageIds();
  const [longest, tooLong] = ['x'.repeat(maxMessageIdLength), 'x'.repeat(maxMessageIdLength + 1)];
  for (const id of [longest, tooLong]) ids.remember(id, 1);
  assert.equal([longest, tooLong].map(ids.positionOf), [1, undefined]);
});
remembering.run();

/** Ids `1`, `2`, … at the positions 1, 2, …, held in generations of three. */
function rememberUpTo(last: number) {
  const ids = createMessageIds(undefined, 3);
  for (let position = 1; position <= last; position++) ids.remember(String(position), position);
  return ids;
}

const forgetting = suite('message ids are forgotten a generation at a time');

forgetting('a full generation is still known while the next one fills', () => {
  const ids = rememberUpTo(6);
  assert.is(ids.positionOf('1'), 1);
  assert.is(ids.positionOf('6'), 6);
});
forgetting('when the second one is full, the first is forgotten at once', () => {
  const ids = rememberUpTo(7);
  assert.is(ids.positionOf('3'), undefined);
  assert.is(ids.positionOf('4'), 4);
  assert.is(ids.positionOf('7'), 7);
});
forgetting('at most two generations are held', () => {
  const { old, young } = rememberUpTo(1000).capture();
  assert.ok(old.ids.length + young.ids.length <= 6);
});
forgetting('messages are counted, so a repeat takes room like any other', () => {
  const ids = rememberUpTo(5);
  ids.remember('5', 6);
  assert.is(ids.positionOf('1'), 1);
  ids.remember('5', 7);
  assert.equal(['1', '4', '5'].map(ids.positionOf), [undefined, 4, 5]);
});
forgetting('asking in between changes nothing', () => {
  const ids = createMessageIds(undefined, 3);
  for (let position = 1; position <= 7; position++) {
    assert.is(ids.positionOf(String(position)), undefined);
    ids.remember(String(position), position);
    assert.is(ids.positionOf(String(position)), position);
  }
  assert.equal(ids.capture(), rememberUpTo(7).capture());
});
forgetting.run();

const capturing = suite('an image holds what was remembered');

capturing('a memory made from it knows the same ids', () => {
  const restored = createMessageIds(rememberUpTo(5).capture(), 3);
  assert.equal(
    ['1', '3', '5', '6'].map((id) => restored.positionOf(id)),
    [1, 3, 5, undefined],
  );
});
capturing('and forgets the same ones later, so that every replica knows the same', () => {
  const ids = rememberUpTo(5);
  const restored = createMessageIds(ids.capture(), 3);
  for (const memory of [ids, restored]) {
    for (const position of [6, 7]) memory.remember(String(position), position);
  }
  assert.equal(restored.capture(), ids.capture());
});
capturing('what comes later does not show in it', () => {
  const ids = rememberUpTo(5);
  const image = ids.capture();
  for (let position = 6; position < 20; position++) ids.remember(String(position), position);
  assert.equal(image, rememberUpTo(5).capture());
});
capturing('a memory made from it leaves it as it is', () => {
  const image = rememberUpTo(5).capture();
  createMessageIds(image, 3).remember('x', 6);
  assert.equal(image, rememberUpTo(5).capture());
});
capturing.run();
