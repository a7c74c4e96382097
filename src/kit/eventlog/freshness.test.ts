import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../domain/problem.ts';
import { createPositionClock } from './view/position-clock.ts';
import { earliestOf, waitFor, type Freshness } from './freshness.ts';

/** A replica that has applied position 1 of each stream, whose last positions are these. */
function createReplica({ laptops, ports }: { readonly laptops: number; readonly ports: number }) {
  const [own, followed] = [createPositionClock(1), createPositionClock(1)];
  const progressOf = (clock: typeof own, last: number) => ({
    get position() {
      return clock.position;
    },
    reached: clock.reached,
    lastPosition: () => Promise.resolve(last),
    leaderPosition: () => Promise.reject(new Error('not confirmed')),
  });
  const freshness: Freshness = {
    stream: 'LAPTOPS',
    own: progressOf(own, laptops),
    followed: { PORTS: progressOf(followed, ports) },
    staleSince: undefined,
  };
  return { freshness, own, followed };
}

async function problemOf(wait: Promise<void>): Promise<Problem> {
  const error: unknown = await wait.catch((thrown: unknown) => thrown);
  if (error instanceof Problem) return error;
  throw new Error('the wait did not fail with a problem', { cause: error });
}

const test = suite('waitFor');

test('waits for the last position of a followed stream, not only of the own stream, with `latest`', async () => {
  const { freshness, followed } = createReplica({ laptops: 1, ports: 5 });
  const { code, message } = await problemOf(waitFor(freshness, 'latest', 0));
  assert.is(code, 'unavailable');
  assert.match(message, 'at position 1 of PORTS and did not reach 5');
  const waiting = waitFor(freshness, 'latest', 60);
  followed.advance(5);
  await waiting;
});
test('waits for the last position of the own stream with `latest`', async () => {
  const { freshness, own } = createReplica({ laptops: 3, ports: 1 });
  assert.match((await problemOf(waitFor(freshness, 'latest', 0))).message, 'of LAPTOPS and did not reach 3');
  const waiting = waitFor(freshness, 'latest', 60);
  own.advance(3);
  await waiting;
});
test('waits only for the named streams', async () => {
  const { freshness } = createReplica({ laptops: 3, ports: 5 });
  await waitFor(freshness, 1, 0);
  await waitFor(freshness, { PORTS: 1 }, 0);
  assert.match((await problemOf(waitFor(freshness, { LAPTOPS: 1, PORTS: 'latest' }, 0))).message, 'of PORTS');
  assert.match((await problemOf(waitFor(freshness, 2, 0))).message, 'of LAPTOPS');
});
test('rejects a stream that the service does not read as malformed', async () => {
  const { freshness } = createReplica({ laptops: 1, ports: 1 });
  assert.is((await problemOf(waitFor(freshness, { CHARGERS: 1 }, 0))).code, 'malformed');
});

test.run();

const age = suite('earliestOf');

age('returns the earliest of the times at which the streams were last read', () => {
  assert.is(earliestOf([undefined, 7, 3, undefined, 5]), 3);
  assert.is(earliestOf([0, 1]), 0);
  assert.is(earliestOf([undefined, undefined]), undefined);
  assert.is(earliestOf([]), undefined);
});
age.run();
