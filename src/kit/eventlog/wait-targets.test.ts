import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ageOf,
  formatWaitTargets,
  freshnessOf,
  parseWaitTargets,
  waitFor,
  waitTargetsPattern,
  type Freshness,
} from './freshness.ts';

const targets = suite('the positions that a read waits for');

for (const [text, parsed] of [
  ['12', 12],
  ['0', 0],
  ['latest', 'latest'],
  ['LAPTOPS=12', { LAPTOPS: 12 }],
  ['LAPTOPS=12, PORTS=latest', { LAPTOPS: 12, PORTS: 'latest' }],
] as const) {
  targets(`are parsed and formatted: ${text}`, () => {
    assert.ok(waitTargetsPattern.test(text));
    assert.equal(parseWaitTargets(text), parsed);
    assert.is(formatWaitTargets(parsed), text);
  });
}
targets('may have white space around each name and value', () => {
  const text = 'LAPTOPS  =  12  ,  P_1-a  =  latest';
  assert.ok(waitTargetsPattern.test(text));
  assert.equal(parseWaitTargets(text), { LAPTOPS: 12, 'P_1-a': 'latest' });
});
for (const text of [
  '',
  '-1',
  '1.5',
  'x12',
  '12x',
  'latest=1 ',
  'LAPTOPS',
  'LAPTOPS=',
  '=12',
  'LAP TOPS=1',
  'LAPTOPS=1,',
  'LAPTOPS=1 PORTS=2',
  'LAPTOPS=x',
  '9'.repeat(16),
  `LAPTOPS=${'9'.repeat(16)}`,
]) {
  targets(`have another form than ${JSON.stringify(text)}`, () => assert.not(waitTargetsPattern.test(text)));
}
targets.run();

const ages = suite('the age of a read');

ages('is undefined while the streams are read', () =>
  assert.is(ageOf({ staleSince: undefined }, 5), undefined),
);
ages('is the time since then in whole seconds, never negative', () => {
  assert.is(ageOf({ staleSince: 1_000 }, 1_000), 0);
  assert.is(ageOf({ staleSince: 1_000 }, 3_400), 2);
  assert.is(ageOf({ staleSince: 1_000 }, 3_600), 3);
  assert.is(ageOf({ staleSince: 9_000 }, 1_000), 0);
});
ages.run();

const progress = suite('the progress of a replica');

progress('is that of its view and its store', async () => {
  const view = { position: 1, reached: () => Promise.resolve(true) };
  const store = { lastPosition: () => Promise.resolve(2), leaderPosition: () => Promise.resolve(3) };
  const freshness = freshnessOf({ view, store });
  assert.equal(
    [
      freshness.position,
      await freshness.reached(1, 0),
      await freshness.lastPosition(),
      await freshness.leaderPosition(),
    ],
    [1, true, 2, 3],
  );
  view.position = 4;
  assert.is(freshness.position, 4);
});
progress.run();

const deadlines = suite('the time limit of a read');

/** Reads with a limit of 10 s from a broker that responds after `delayMs`. Returns the time limits of the waits, in ms. */
async function limitsOf(delayMs: number, seconds: number): Promise<{ broker: number; view: number }> {
  const limits = { broker: NaN, view: NaN };
  const freshness: Freshness = {
    stream: 'LAPTOPS',
    own: {
      position: 0,
      reached: (_position, timeoutMs) => {
        limits.view = timeoutMs;
        return Promise.resolve(true);
      },
      lastPosition: async (timeoutMs = NaN) => {
        limits.broker = timeoutMs;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        return 1;
      },
      leaderPosition: () => Promise.resolve(1),
    },
    followed: {},
    staleSince: undefined,
  };
  await waitFor(freshness, 'latest', seconds);
  return limits;
}

deadlines('includes the request for the last position', async () => {
  const { broker, view } = await limitsOf(50, 10);
  assert.ok(broker > 9_000 && broker <= 10_000, `${broker} ms`);
  // Timers are precise to 1 ms.
  assert.ok(view > 8_000 && view <= broker - 49, `${view} ms`);
});
deadlines('is never negative', async () => {
  const { broker, view } = await limitsOf(20, 0);
  assert.equal([broker, view], [0, 0]);
});
deadlines.run();

const failures = suite('a read that cannot wait');

const freshness: Freshness = {
  stream: 'LAPTOPS',
  own: {
    position: 3,
    reached: (position) => Promise.resolve(position <= 3),
    lastPosition: () => Promise.resolve(3),
    leaderPosition: () => Promise.resolve(3),
  },
  followed: {},
  staleSince: undefined,
};

failures('names the stream, both positions and the time limit', async () => {
  const error: unknown = await waitFor(
    { ...freshness, followed: { PORTS: freshness.own } },
    { PORTS: 5 },
    2,
  ).catch((reason: unknown) => reason);
  assert.is(
    error instanceof Error && error.message,
    'This replica is at position 3 of PORTS and did not reach 5 within 2 s.',
  );
});
failures('is not one with a position of the own stream only', async () => {
  const behind = { ...freshness.own, position: 0, reached: () => Promise.resolve(false) };
  await waitFor({ ...freshness, followed: { PORTS: behind } }, 3, 0);
});
failures('names the streams that the service reads', async () => {
  const both = { ...freshness, followed: { PORTS: freshness.own } };
  const error: unknown = await waitFor(both, { CHARGERS: 1 }, 2).catch((reason: unknown) => reason);
  assert.is(
    error instanceof Error && error.message,
    'This service does not read the stream CHARGERS, only LAPTOPS, PORTS.',
  );
});
failures.run();
