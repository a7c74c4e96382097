import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../../domain/problem.ts';
import type { Freshness, StreamFreshness } from '../../eventlog/freshness.ts';
import { limitWaits } from './wait-limit.ts';

/** A replica at position 5 whose waits end when `finish` is called. */
function createReplica() {
  const waiting: (() => void)[] = [];
  const staleness: { staleSince: number | undefined } = { staleSince: undefined };
  const calls: unknown[][] = [];
  const createStream = (name: string): StreamFreshness & { position: number } => ({
    position: 5,
    reached: (...args) => {
      calls.push([name, 'reached', ...args]);
      return new Promise((resolve) => waiting.push(() => resolve(false)));
    },
    lastPosition: (...args) => {
      calls.push([name, 'lastPosition', ...args]);
      return new Promise((resolve) => waiting.push(() => resolve(9)));
    },
    leaderPosition: () => Promise.resolve(8),
  });
  const own = createStream('own');
  const followed = createStream('followed');
  const freshness: Freshness = {
    stream: 'LAMPS',
    own,
    followed: { PORTS: followed },
    get staleSince() {
      return staleness.staleSince;
    },
  };
  return { freshness, own, staleness, calls, finish: () => waiting.shift()?.() };
}

const failureOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

const test = suite('the limit of waiting requests');

test('rejects a wait beyond the limit as unavailable, in any stream', async () => {
  const { freshness, finish } = createReplica();
  const { own, followed } = limitWaits(freshness, 2);
  const waits = [
    own.reached(6, 100),
    followed['PORTS']?.lastPosition(100) ?? Promise.reject(new Error('no PORTS')),
  ];
  for (const excess of [own.reached(7, 100), own.lastPosition(100), followed['PORTS']?.reached(7, 100)]) {
    const error = await failureOf(excess ?? Promise.resolve());
    assert.ok(error instanceof Problem && error.code === 'unavailable');
    assert.is(error.message, 'Too many requests are waiting for a position (limit 2). Retry later.');
  }
  finish();
  finish();
  assert.equal(await Promise.all(waits), [false, 9]);
});
test('admits a wait again after one has ended', async () => {
  const { freshness, finish } = createReplica();
  const { own } = limitWaits(freshness, 1);
  for (let round = 0; round < 3; round++) {
    const wait = own.reached(6, 100);
    assert.instance(await failureOf(own.reached(7, 100)), Problem);
    finish();
    assert.is(await wait, false);
  }
});
test('admits a wait again after one has failed', async () => {
  const { freshness, own: stream } = createReplica();
  const { own } = limitWaits(freshness, 1);
  stream.reached = () => Promise.reject(new Error('closed'));
  for (let round = 0; round < 2; round++) {
    const error = await failureOf(own.reached(6, 100));
    assert.is(error instanceof Error && error.message, 'closed');
  }
});
test('does not count a position that is already applied', async () => {
  const { freshness, calls } = createReplica();
  const { own } = limitWaits(freshness, 0);
  assert.is(await own.reached(5, 100), true);
  assert.is(await own.reached(1, 100), true);
  assert.equal(calls, []);
});
test('passes the positions and time limits on', () => {
  const { freshness, calls } = createReplica();
  const { own, followed } = limitWaits(freshness, 2);
  void own.reached(6, 100);
  void followed['PORTS']?.lastPosition(200);
  assert.equal(calls, [
    ['own', 'reached', 6, 100],
    ['followed', 'lastPosition', 200],
  ]);
});
test('does not change what is read without waiting', async () => {
  const { freshness, own: stream, staleness } = createReplica();
  const limited = limitWaits(freshness, 0);
  assert.equal([limited.stream, limited.own.position, limited.staleSince], ['LAMPS', 5, undefined]);
  assert.is(await limited.own.leaderPosition(), 8);
  stream.position = 6;
  staleness.staleSince = 7;
  assert.equal([limited.own.position, limited.staleSince], [6, 7]);
});
test.run();
