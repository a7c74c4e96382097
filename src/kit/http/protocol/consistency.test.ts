import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createContext } from '../../../../test/support/http/context.ts';
import type { Freshness, StreamFreshness } from '../../eventlog/freshness.ts';
import { Problem } from '../../domain/problem.ts';
import {
  describeFreshness,
  freshnessHeaders,
  markFreshness,
  markPageFreshness,
  waitForPosition,
} from './consistency.ts';

/** A replica at position 5 of a stream that ends at 9. Records the time limits of the waits, in ms. */
function createReplica({ staleSince, catchesUp = false }: { staleSince?: number; catchesUp?: boolean } = {}) {
  const limits: number[] = [];
  const own: StreamFreshness = {
    position: 5,
    reached: (position, timeoutMs) => {
      limits.push(timeoutMs);
      return Promise.resolve(catchesUp || position <= 5);
    },
    lastPosition: () => Promise.resolve(9),
    leaderPosition: () => Promise.resolve(9),
  };
  const followed = { PORTS: { ...own, position: 7 } };
  const freshness: Freshness = { stream: 'LAMPS', own, followed, staleSince };
  return { freshness, limits };
}

/** Returns the code and the message of the problem. */
async function problemOf(result: Promise<unknown>): Promise<readonly [code: string, message: string]> {
  const error: unknown = await result.catch((reason: unknown) => reason);
  if (error instanceof Problem) return [error.code, error.message];
  throw new Error('no problem', { cause: error });
}

const waiting = suite('a read with Wait-For-Position');

waiting('reads the headers Wait-For-Position and Prefer', () =>
  assert.equal(freshnessHeaders, ['Wait-For-Position', 'Prefer']),
);
waiting('does not wait without the header', async () => {
  const { freshness, limits } = createReplica();
  await waitForPosition({ Prefer: 'wait=1' }, freshness);
  assert.equal(limits, []);
});
waiting('waits for the position', async () => {
  const { freshness } = createReplica();
  await waitForPosition({ 'Wait-For-Position': '5' }, freshness);
  const [code] = await problemOf(waitForPosition({ 'Wait-For-Position': '6' }, freshness));
  assert.is(code, 'unavailable');
});
for (const [prefer, seconds] of [
  [undefined, 5],
  ['', 5],
  ['wait=2', 2],
  ['wait=0', 0],
  ['wait = 2', 2],
  ['wait  =  2', 2],
  ['wait="2"', 2],
  ['WAIT=2', 2],
  ['wait=12', 12],
  ['wait=61', 60],
  ['wait=999999', 60],
  ['respond-async, wait=2', 2],
  ['respond-async,wait=2', 2],
  ['respond-async;wait=2', 2],
  ['respond-async wait=2', 2],
  ['nowait=2', 5],
  ['wait', 5],
  ['wait=', 5],
  ['wait=x', 5],
  ['wait=-1', 5],
] as const) {
  waiting(`waits for at most ${seconds} s with Prefer: ${prefer}`, async () => {
    const { freshness, limits } = createReplica();
    await waitForPosition({ 'Wait-For-Position': '5', Prefer: prefer }, freshness);
    const [limit = NaN] = limits;
    assert.ok(limit <= seconds * 1000 && limit > seconds * 1000 - 500, `${limit} ms`);
  });
}
waiting.run();

const headers = suite('the headers of a response');

headers('contain the position, and no age while the streams are read', () =>
  assert.equal(describeFreshness(createReplica().freshness), { 'Stream-Position': '5' }),
);
headers('contain the age in seconds if a stream is not read', () => {
  const since = Date.now() - 60_000;
  assert.equal(describeFreshness(createReplica({ staleSince: since }).freshness), {
    'Stream-Position': '5',
    Age: '60',
  });
});
headers('are set on the response', () => {
  const ctx = createContext('/lamps');
  markFreshness(ctx, createReplica().freshness);
  assert.is(ctx.response.get('Stream-Position'), '5');
});
headers('of a page also contain the position of each stream', () => {
  const ctx = createContext('/lamps');
  markPageFreshness(ctx, createReplica().freshness);
  assert.is(ctx.response.get('Stream-Position'), '5');
  assert.is(ctx.response.get('Stream-Positions'), 'LAMPS=5, PORTS=7');
});
headers.run();
