import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMemoryStore, storedMessage } from '../../../test/support/memory-store.ts';
import { z } from 'zod';
import { Rejection, type Decider } from '../domain/decider.ts';
import { defineEvents } from '../domain/event-schema.ts';
import { Problem } from '../domain/problem.ts';
import type { AppendResult } from './event-store.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import { createPositionClock } from './view/position-clock.ts';
import { maxAttempts, transact } from './transact.ts';
import { createView } from './view/view.ts';

type Lamp = 'lit' | undefined;
type LampCommand = 'light' | 'extinguish';
type LampEvent = { readonly type: 'Lit' } | { readonly type: 'Out' };

const lampEvents = defineEvents({
  Lit: { schema: z.object({ type: z.literal('Lit') }) },
  Out: { schema: z.object({ type: z.literal('Out') }) },
});

/** A lamp can be lit while the power, which is an entity of the followed stream, is on. */
const createDecider = (isPowerOn: () => boolean): Decider<Lamp, LampCommand, LampEvent> => ({
  initial: undefined,
  decide(command, lamp) {
    if (command === 'extinguish') return lamp === undefined ? [] : [{ type: 'Out' }];
    if (!isPowerOn()) throw new Problem('conflict', 'There is no power.');
    return [{ type: 'Lit' }];
  },
  evolve: (lamp, event) => {
    if (event.type === 'Lit') return 'lit';
    return lamp === undefined ? new Rejection('the lamp is already out') : undefined;
  },
});

type Lag = {
  /** Last position of the followed stream; the replica has applied position 1 of it. */
  readonly followedEnd?: number;
  /** Last position of the lamp. */
  readonly lampEnd?: () => number;
  readonly appendResult?: AppendResult;
};

function createReplica({ followedEnd = 1, lampEnd = () => 0, appendResult }: Lag = {}) {
  const followed = createPositionClock(1);
  const decider = createDecider(() => followed.position >= 2);
  const view = createView<Lamp, LampEvent>(decider);
  const appendTimes: number[] = [];
  const store = createMemoryStore<LampEvent>([], {
    append() {
      appendTimes.push(performance.now());
      if (appendResult !== undefined) return Promise.resolve(appendResult);
      view.apply(storedMessage<LampEvent>(view.position + 1, { type: 'Lit' }));
      return Promise.resolve({ outcome: 'written', position: view.position });
    },
    lastPositionOf: () => Promise.resolve(lampEnd()),
    lastPosition: () => Promise.resolve(lampEnd()),
  });
  const progress = {
    get position() {
      return followed.position;
    },
    reached: followed.reached,
    lastPosition: () => Promise.resolve(followedEnd),
    leaderPosition: store.leaderPosition,
  };
  let messages = 0;
  const execute = (command: LampCommand, catchUpTimeoutMs = 60_000, confirmTimeoutMs = catchUpTimeoutMs) =>
    transact(
      {
        decider,
        events: lampEvents,
        view,
        store,
        queue: createKeyedQueue(),
        followed: [progress],
        catchUpTimeoutMs,
        confirmTimeoutMs,
      },
      { id: 1, command, messageId: `m${(messages += 1)}`, commandDigest: 'd' },
    );
  return { followed, view, appendTimes, execute };
}

const codeOf = (result: Promise<unknown>) =>
  result.then(
    () => 'none',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

const test = suite('transact');

test('decides a rejected command again after the replica has caught up with a followed stream', async () => {
  const { followed, execute } = createReplica({ followedEnd: 2 });
  const result = execute('light');
  // The command waits for position 2: rejecting it earlier would be wrong.
  await Promise.race([result, new Promise((resolve) => setImmediate(resolve))]);
  followed.advance(2);
  assert.equal(await result, { id: 1, state: 'lit', version: 1 });
});
test('is unavailable if the replica does not reach the end of a followed stream in time', async () => {
  const { execute } = createReplica({ followedEnd: 2 });
  assert.is(await codeOf(execute('light', 10)), 'unavailable');
});
test('waits longer than after a write, because a view is not updated during an election', async () => {
  const { followed, execute } = createReplica({ followedEnd: 2 });
  const result = execute('light', 1, 60_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  followed.advance(2);
  assert.equal(await result, { id: 1, state: 'lit', version: 1 });
});
test('rejects a command if the replica has applied all followed streams', async () => {
  const { execute } = createReplica({ followedEnd: 1 });
  assert.is(await codeOf(execute('light')), 'conflict');
});
test('decides a command without effect again after the replica has applied the last message of the entity', async () => {
  const { view, appendTimes, execute } = createReplica({ lampEnd: () => 1 });
  const result = execute('extinguish');
  await new Promise((resolve) => setImmediate(resolve));
  view.apply(storedMessage(1, { type: 'Lit' }));
  await result;
  assert.is(appendTimes.length, 1);
});
test('pauses before the next attempt while a conflicting write is in flight', async () => {
  const { followed, appendTimes, execute } = createReplica({ appendResult: { outcome: 'conflict' } });
  followed.advance(2);
  assert.is(await codeOf(execute('light')), 'unavailable');
  assert.is(appendTimes.length, maxAttempts);
  const pauses = appendTimes.slice(1).map((time, index) => time - (appendTimes[index] ?? 0));
  // Timers are precise to 1 ms.
  assert.ok(Math.min(...pauses) >= 19, `pauses of ${pauses.join(', ')} ms`);
});
test('does not pause after a conflict with a write that the replica has already seen', async () => {
  let end = 0;
  const { followed, view, appendTimes, execute } = createReplica({
    appendResult: { outcome: 'conflict' },
    lampEnd: () => (end += 1),
  });
  followed.advance(2);
  const result = codeOf(execute('light'));
  for (let position = 1; position <= maxAttempts; position++) {
    await new Promise((resolve) => setImmediate(resolve));
    view.apply(storedMessage(position, { type: 'Lit' }));
  }
  assert.is(await result, 'conflict');
  assert.is(appendTimes.length, maxAttempts);
});

test.run();
