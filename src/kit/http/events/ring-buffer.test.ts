import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FeedItem } from './feed-item.ts';
import { createRingBuffer } from './ring-buffer.ts';

const test = suite('the newest items');

function item(position: number, size = 100): FeedItem {
  return { position, id: 1, type: 'LaptopAdded', bytes: Buffer.alloc(size) };
}

test('are all that came since the start', () => {
  const newest = createRingBuffer(5);
  assert.is(newest.since, 5);
  newest.add(item(6));
  newest.add(item(9));
  assert.is(newest.since, 5);
  assert.equal(
    newest.items.map(({ position }) => position),
    [6, 9],
  );
});

test('are found by the position that they come after, also where the stream has gaps', () => {
  const newest = createRingBuffer(5);
  for (const position of [6, 9, 10]) newest.add(item(position));
  assert.equal(
    [0, 5, 6, 7, 8, 9, 10, 11].map((position) => newest.indexAfter(position)),
    [0, 0, 1, 1, 1, 2, 3, 3],
  );
});

test('never take more than their bytes; what is forgotten is known, and nothing between', () => {
  const newest = createRingBuffer(0, 10_000);
  for (let position = 1; position <= 1000; position++) {
    newest.add(item(position));
    const bytes = newest.items.reduce((sum, kept) => sum + (kept.bytes?.length ?? 0), 0);
    assert.ok(bytes <= 10_000);
    assert.is(newest.items[0]?.position, newest.since + 1);
    assert.is(newest.items.at(-1)?.position, position);
  }
  assert.ok(newest.since > 900);
});

test('keep at least the newest one, however large it is', () => {
  const newest = createRingBuffer(0, 1000);
  newest.add(item(1, 5000));
  newest.add(item(2, 5000));
  assert.is(newest.items.at(-1)?.position, 2);
});
test.run();
