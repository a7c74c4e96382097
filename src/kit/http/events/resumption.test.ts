import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMemoryStore, storedMessage } from '../../../../test/support/memory-store.ts';
import { findObstacle } from './resumption.ts';

const lit = (position: number) => storedMessage(position, { type: 'Lit' });
const timeOf = (position: number) => lit(position).time;
const bounds = { first: 1, last: 9 };

/** A client asks to continue after position 4 of a stream with nine messages. */
const find = (seen: { position: number; time: number } | undefined, isBuffered: boolean, after = 4) => {
  const messages = Array.from({ length: 9 }, (_, index) => lit(index + 1));
  const view = { position: 9, lastMessage: lit(9) };
  return findObstacle({ view, store: createMemoryStore(messages), after, seen, isBuffered });
};

const test = suite('a client that continues');

for (const isBuffered of [true, false]) {
  const where = isBuffered ? 'in the buffer' : 'in the event log';
  test(`after a position ${where}: has no obstacle`, async () =>
    assert.is(await find(undefined, isBuffered), undefined));
  test(`after an event that the stream holds, ${where}: has no obstacle`, async () => {
    for (const position of [3, 4, 7])
      assert.is(await find({ position, time: timeOf(position) }, isBuffered), undefined);
  });
  test(`after an event in whose place there is another one, ${where}: cannot`, async () => {
    for (const position of [3, 7])
      assert.equal(await find({ position, time: timeOf(position) + 1 }, isBuffered), bounds);
  });
  test(`after an event beyond the end of the stream, ${where}: cannot`, async () =>
    assert.equal(await find({ position: 10, time: timeOf(10) }, isBuffered), bounds));
}
test('after a position beyond the end of the stream: cannot', async () =>
  assert.equal(await find(undefined, false, 10), bounds));
test.run();
