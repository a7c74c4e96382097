import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMemoryStore, storedMessage } from '../../../test/support/memory-store.ts';
import { Rejection, type Fold } from '../domain/decider.ts';
import { Problem } from '../domain/problem.ts';
import type { EventStore } from './event-store.ts';
import { createView } from './view/view.ts';
import { findAsOf, locateMoment, settledPositionAt, timeOf } from './point-in-time.ts';

type Lit = { readonly type: 'Lit' };
const fold: Fold<number, Lit> = { initial: 0, evolve: (count) => count + 1 };

const messages = [1, 3, 4].map((position) => storedMessage<Lit>(position, { type: 'Lit' }));

/** A stream with messages at 1, 3 and 4; the message at 2 was deleted. `clock` returns the times of the broker in turn. */
function createStore(clock: readonly number[] = [5_000]) {
  const ends: number[] = [];
  const times = [...clock];
  const reads = createMemoryStore(messages);
  const store = createMemoryStore(messages, {
    currentTime: () => Promise.resolve(times.length > 1 ? (times.shift() ?? 0) : (times[0] ?? 0)),
    historyOfAnyServer(id, range) {
      ends.push(range.upTo);
      return reads.historyOfAnyServer(id, range);
    },
  });
  return { store, ends, times };
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  if (error instanceof Problem) return error;
  throw new Error('no problem', { cause: error });
}

const locating = suite('a moment');

locating('that is a position is the position itself, up to the last one', async () => {
  const { store } = createStore();
  assert.is(await locateMoment(store, { position: 4 }), 4);
  assert.is(await locateMoment(store, { position: 0 }), 0);
});
locating('that is a position beyond the end of the stream is malformed', async () => {
  const { code, message: detail } = await problemOf(locateMoment(createStore().store, { position: 5 }));
  assert.equal([code, detail], ['malformed', 'asOf is position 5, but the stream ends at 4.']);
});
locating('that is a time is the last position stored at or before it', async () => {
  const { store } = createStore();
  for (const [time, position] of [
    [999, 0],
    [1_000, 1],
    [3_999, 3],
    [4_999, 4],
  ] as const)
    assert.is(await locateMoment(store, { time }), position);
});
locating('that is a time in the future of the broker is malformed', async () => {
  const { code, message: detail } = await problemOf(locateMoment(createStore().store, { time: 5_001 }));
  assert.equal(
    [code, detail],
    ['malformed', 'asOf is a time in the future. The clock of the event log is at 1970-01-01T00:00:05.000Z.'],
  );
});
locating('that is the present is settled only after its millisecond has passed', async () => {
  const { store, times } = createStore([5_000, 5_000, 5_001]);
  assert.is(await locateMoment(store, { time: 5_000 }), 4);
  assert.equal(times, [5_001]);
});
locating.run();

const settling = suite('the settled position at a time');

settling('is that of the last message, after the millisecond has passed', async () => {
  const { store, times } = createStore([3_000, 3_000, 3_001]);
  assert.is(await settledPositionAt(store, 3_000), 3);
  assert.equal(times, [3_001]);
});
settling('may be in the past of the broker', async () =>
  assert.is(await settledPositionAt(createStore().store, 1_500), 1),
);
settling.run();

const times = suite('the time of a moment');

times('is the time itself', async () => assert.is(await timeOf(createStore().store, { time: 7 }, 1), 7));
times('is that of the message at a position', async () =>
  assert.is(await timeOf(createStore().store, { position: 3 }, 3), 3_000),
);
times('is that of the next message if the one at the position was deleted', async () =>
  assert.is(await timeOf(createStore().store, { position: 2 }, 2), 3_000),
);
times('is 0 if no message follows', async () =>
  assert.is(await timeOf(createStore().store, { position: 5 }, 5), 0),
);
times.run();

/** A view that has applied the whole stream. */
const source = (store: EventStore<Lit>) => ({
  fold,
  store,
  view: {
    find: (id: number) => ({ id, state: 3, version: 4 }),
    lastCheckpoint: (id: number) => ({ id, state: 0, version: 0 }),
    reached: (position: number) => Promise.resolve(position <= 9),
  },
});

const finding = suite('an entity as of a position');

finding('is folded from its history up to there', async () => {
  const { store, ends } = createStore();
  assert.equal(await findAsOf(source(store), 1, 3), { id: 1, state: 2, version: 3 });
  assert.equal(ends, [3]);
});
finding('is its state after its last message at a later position', async () => {
  const { store, ends } = createStore();
  assert.equal(await findAsOf(source(store), 1, 9), { id: 1, state: 3, version: 4 });
  assert.equal(ends, [9]);
});
finding('costs the messages after the last checkpoint', async () => {
  const many = Array.from({ length: 1000 }, (_, index) => storedMessage<Lit>(index + 1, { type: 'Lit' }));
  const view = createView(fold);
  many.forEach(view.apply);
  const store = createMemoryStore(many);
  let messagesRead = 0;
  const counting: typeof store = {
    ...store,
    async historyOfAnyServer(id, range) {
      const found = await store.historyOfAnyServer(id, range);
      messagesRead += found?.length ?? 0;
      return found;
    },
  };
  assert.equal(await findAsOf({ fold, view, store: counting }, 1, 990), { id: 1, state: 990, version: 990 });
  assert.ok(messagesRead <= 250, `${messagesRead} messages`);
});
finding('has the initial state and version 0 before its first message', async () =>
  assert.equal(await findAsOf(source(createStore().store), 1, 0), { id: 1, state: 0, version: 0 }),
);
finding('does not include rejected messages in its state, but in its version', async () => {
  const rejecting: Fold<number, Lit> = { initial: 0, evolve: () => new Rejection('no') };
  assert.equal(await findAsOf({ ...source(createStore().store), fold: rejecting }, 1, 3), {
    id: 1,
    state: 0,
    version: 3,
  });
});
finding('is unavailable while the view has not reached the position', async () => {
  const { code, message: detail } = await problemOf(findAsOf(source(createStore().store), 1, 10));
  assert.equal([code, detail], ['unavailable', 'This replica did not reach position 10 within 5 s.']);
});
finding.run();
