import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../domain/problem.ts';
import type { Freshness } from './freshness.ts';
import { waitForHistoryRange, waitForPageStart } from './page-start.ts';

/** A replica at position 5 of a stream that ends at 9. Records the time limits of the waits, in ms. */
function createReplica({ catchesUp = false } = {}) {
  const limits: number[] = [];
  const freshness: Freshness = {
    stream: 'LAMPS',
    own: {
      position: 5,
      reached(_position, timeoutMs) {
        limits.push(timeoutMs);
        return Promise.resolve(catchesUp);
      },
      lastPosition: () => Promise.resolve(9),
      leaderPosition: () => Promise.resolve(9),
    },
    followed: {},
    staleSince: undefined,
  };
  return { freshness, limits };
}

async function problemOf(wait: Promise<void>) {
  const error: unknown = await wait.catch((thrown: unknown) => thrown);
  return error instanceof Problem ? [error.code, error.message] : undefined;
}

const pages = suite('a page that starts after a position');

pages('is read at once if the replica has applied the position', async () => {
  const { freshness, limits } = createReplica();
  for (const after of [0, 4, 5]) await waitForPageStart(freshness, after);
  assert.equal(limits, []);
});
pages('waits for a position that the stream has and the replica does not, for 5 s', async () => {
  const { freshness, limits } = createReplica({ catchesUp: true });
  await waitForPageStart(freshness, 9);
  assert.equal(limits, [5_000]);
});
pages('is unavailable if the replica does not reach the position in time', async () =>
  assert.equal(await problemOf(waitForPageStart(createReplica().freshness, 6)), [
    'unavailable',
    'This replica is at position 5 of LAMPS and did not reach 6 within 5 s.',
  ]),
);
pages('is malformed beyond the end of the stream', async () =>
  assert.equal(await problemOf(waitForPageStart(createReplica({ catchesUp: true }).freshness, 10)), [
    'malformed',
    '`after` is 10, but LAMPS ends at position 9.',
  ]),
);
pages.run();

const histories = suite('a page of a history');

histories('waits until the replica has applied all messages before its end', async () => {
  const { freshness, limits } = createReplica({ catchesUp: true });
  await waitForHistoryRange(freshness, { after: 0 });
  await waitForHistoryRange(freshness, { after: 5, before: 6 });
  assert.equal(limits, []);
  await waitForHistoryRange(freshness, { after: 0, before: 7 });
  await waitForHistoryRange(freshness, { after: 6, before: 10 });
  assert.is(limits.length, 3);
});
histories('is malformed if one end is beyond the end of the stream', async () => {
  const { freshness } = createReplica({ catchesUp: true });
  assert.equal(await problemOf(waitForHistoryRange(freshness, { after: 0, before: 11 })), [
    'malformed',
    '`before` is 11, but LAMPS ends at position 9.',
  ]);
  assert.equal(await problemOf(waitForHistoryRange(freshness, { after: 10 })), [
    'malformed',
    '`after` is 10, but LAMPS ends at position 9.',
  ]);
});
histories.run();
