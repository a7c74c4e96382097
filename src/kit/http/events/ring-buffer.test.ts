import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FeedItem } from './feed-item.ts';
import { createRingBuffer } from './ring-buffer.ts';

const test = suite('the ring buffer');

function item(position: number, size = 100): FeedItem {
  return { position, id: 1, type: 'LaptopAdded', bytes: Buffer.alloc(size) };
}

test('contains every item added since the start', () => {
  const buffer = createRingBuffer(5);
  assert.is(buffer.since, 5);
  buffer.add(item(6));
  buffer.add(item(9));
  assert.is(buffer.since, 5);
  assert.equal(
    buffer.items.map(({ position }) => position),
    [6, 9],
  );
});

test('finds the first item after a position, even if the stream has gaps', () => {
  const buffer = createRingBuffer(5);
  for (const position of [6, 9, 10]) buffer.add(item(position));
  assert.equal(
    [0, 5, 6, 7, 8, 9, 10, 11].map((position) => buffer.indexAfter(position)),
    [0, 0, 1, 1, 1, 2, 3, 3],
  );
});

test('never exceeds its capacity, and drops only the oldest items', () => {
  const buffer = createRingBuffer(0, 10_000);
  for (let position = 1; position <= 1000; position++) {
    buffer.add(item(position));
    const bytes = buffer.items.reduce((sum, { bytes: text }) => sum + (text?.length ?? 0), 0);
    assert.ok(bytes <= 10_000);
    assert.is(buffer.items[0]?.position, buffer.since + 1);
    assert.is(buffer.items.at(-1)?.position, position);
  }
  assert.ok(buffer.since > 900);
});

test('retains the latest item, however large it is', () => {
  const buffer = createRingBuffer(0, 1000);
  buffer.add(item(1, 5000));
  buffer.add(item(2, 5000));
  assert.is(buffer.items.at(-1)?.position, 2);
});
test.run();
