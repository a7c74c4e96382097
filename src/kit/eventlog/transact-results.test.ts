/** What `transact` returns, and what it throws, for each result of an append. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMemoryStore, storedMessage } from '../../../test/support/memory-store.ts';
import { z } from 'zod';
import { Rejection, type Decider } from '../domain/decider.ts';
import { defineEvents } from '../domain/event-schema.ts';
import { Problem } from '../domain/problem.ts';
import type { StoredMessage } from '../domain/stored-message.ts';
import type { Append, AppendResult } from './event-store.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import { maxAttempts, transact, type Transaction } from './transact.ts';
import { createView } from './view/view.ts';

type Count = { readonly type: 'Counted' | 'Invalid' };

const events = defineEvents({
  Counted: { schema: z.object({ type: z.literal('Counted') }) },
  Invalid: { schema: z.object({ type: z.literal('Invalid') }) },
});

/** A counter: `n` appends n events. A negative number throws an error that is not a problem. */
const decider: Decider<number, number, Count> = {
  initial: 0,
  decide(command) {
    if (command < 0) throw new TypeError('a bug');
    return Array.from({ length: command }, () => ({ type: command > 9 ? 'Invalid' : 'Counted' }) as const);
  },
  evolve: (count, { type }) => (type === 'Invalid' ? new Rejection('invalid') : count + 1),
};

const message = (position: number, fields: Partial<StoredMessage<Count>> = {}) =>
  storedMessage<Count>(position, { type: 'Counted' }, { commandDigest: 'd', ...fields });

/** A replica that has applied `messages`. Each append gets the next of these results; the last one is repeated. */
function createReplica(
  results: readonly AppendResult[],
  messages: readonly StoredMessage<Count>[] = [],
  /** Whether a wait for a position applies the messages up to it. */
  catchesUp = false,
) {
  const appends: Append<Count>[] = [];
  const view = createView<number, Count>(decider);
  for (const each of messages) view.apply(each);
  const waits: [number, number][] = [];
  const end = { position: view.position };
  const store = createMemoryStore(messages, {
    append(append) {
      appends.push(append);
      return Promise.resolve(
        results[Math.min(appends.length, results.length) - 1] ?? { outcome: 'conflict' },
      );
    },
    lastPosition: () => {
      questions += 1;
      return Promise.resolve(end.position);
    },
    lastPositionOf: () => Promise.resolve(end.position),
  });
  let retries = 0;
  let questions = 0;
  const execute = (transaction: Partial<Transaction<number, number>> = {}) =>
    transact(
      {
        decider,
        events,
        view: {
          ...view,
          // The spread of the view copies its position.
          get position() {
            return view.position;
          },
          reached(position, timeoutMs) {
            waits.push([position, timeoutMs]);
            for (let next = view.position + 1; catchesUp && next <= position; next++)
              view.apply(message(next));
            return Promise.resolve(position <= view.position);
          },
        },
        store,
        queue: createKeyedQueue(),
        followed: [],
        catchUpTimeoutMs: 1_500,
        confirmTimeoutMs: 2_000,
        onRetry: () => (retries += 1),
      },
      { id: 1, command: 1, messageId: 'm', commandDigest: 'd', ...transaction },
    );
  return { execute, appends, waits, end, retries: () => retries, questions: () => questions };
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('no failure');
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error = await failureOf(promise);
  if (error instanceof Problem) return error;
  throw error;
}

const written = suite('a command whose events are written');

written('returns the state after its events, at the position of the last one', async () => {
  const { execute, appends, waits } = createReplica(
    [{ outcome: 'written', position: 5 }],
    [message(1), message(2)],
  );
  assert.equal(await execute({ command: 2, traceparent: 'trace', actor: 'ada' }), {
    id: 1,
    state: 4,
    version: 5,
  });
  assert.equal(appends, [
    {
      id: 1,
      events: [{ type: 'Counted' }, { type: 'Counted' }],
      expectedVersion: 2,
      messageId: 'm',
      commandDigest: 'd',
      traceparent: 'trace',
      actor: 'ada',
    },
  ]);
  // The view has not applied the events yet, but they are stored.
  assert.equal(waits, [[5, 1_500]]);
});
written('does not exist if `evolve` rejects what `decide` returned', async () => {
  const { execute, appends } = createReplica([{ outcome: 'written', position: 5 }]);
  const error = await failureOf(execute({ command: 10 }));
  assert.is(error.message, 'decide returned an invalid Invalid: invalid');
  assert.is(appends.length, 0);
});
written.run();

const without = suite('a command without events');

without('returns the entity unchanged', async () => {
  const { execute, appends, retries, questions } = createReplica([], [message(1)]);
  assert.equal(await execute({ command: 0 }), { id: 1, state: 1, version: 1 });
  assert.equal([appends.length, retries(), questions()], [0, 0, 1]);
});
without(
  'returns the entity with the messages that the replica lacked, and asks for the end of the stream once',
  async () => {
    const { execute, end, retries, questions } = createReplica([], [message(1)], true);
    end.position = 3;
    assert.equal(await execute({ command: 0 }), { id: 1, state: 3, version: 3 });
    assert.equal([retries(), questions()], [1, 1]);
  },
);
without('fails if the replica does not reach the end of the stream', async () => {
  const { execute, end, waits } = createReplica([], [message(1)]);
  end.position = 7;
  const startedAt = performance.now();
  const { code, message: detail } = await problemOf(execute({ command: 0 }));
  const elapsedMs = performance.now() - startedAt;
  const [[position, timeoutMs] = [NaN, NaN]] = waits;
  assert.is(position, 7);
  // The time of the leader's answer counts, but the view gets the time to catch up in any case.
  assert.ok(timeoutMs >= Math.max(1_500, 2_000 - elapsedMs) && timeoutMs < 2_000, `${timeoutMs} ms`);
  const seconds = Math.round(timeoutMs / 100) / 10;
  assert.equal([code, detail], ['unavailable', `This replica did not reach position 7 within ${seconds} s.`]);
});
without.run();

const repeated = suite('a command that was executed before');

const earlier = [message(1), message(2, { messageId: 'm' }), message(3)];

repeated('returns its result of that time', async () => {
  const { execute, appends } = createReplica([], earlier);
  assert.equal(await execute(), { id: 1, state: 2, version: 2 });
  assert.is(appends.length, 0);
});
repeated('returns its result if only the broker knows it', async () => {
  const { execute } = createReplica([{ outcome: 'duplicate', position: 1 }], [message(1)]);
  assert.equal(await execute(), { id: 1, state: 1, version: 1 });
});
for (const [description, digest, fields] of [
  ['for another command', 'other', {}],
  ['by a message without an id', 'd', { id: undefined }],
] as const) {
  repeated(`is invalid if its key was used ${description}`, async () => {
    const { execute } = createReplica([], [message(1, { messageId: 'm', ...fields })]);
    const { code, message: detail } = await problemOf(execute({ commandDigest: digest }));
    assert.equal(
      [code, detail],
      ['invalid', 'The idempotency key "m" was already used for another request.'],
    );
  });
}
repeated('is invalid if the message with its key no longer exists', async () => {
  const { execute } = createReplica([{ outcome: 'duplicate', position: 9 }]);
  assert.is((await problemOf(execute())).code, 'invalid');
});
repeated.run();

const failing = suite('a command that is not written');

const cause = new Error('no responders');

failing('is unavailable if the broker rejects it', async () => {
  const { execute } = createReplica([{ outcome: 'unavailable', cause }]);
  const { code, message: detail, cause: found } = await problemOf(execute());
  assert.equal([code, detail], ['unavailable', 'The event log is unavailable; nothing was changed.']);
  assert.is(found, cause);
});
failing('is unavailable if the broker does not respond, with the key to repeat it', async () => {
  const { execute } = createReplica([{ outcome: 'unknown', cause }]);
  const { code, message: detail, cause: found } = await problemOf(execute());
  assert.is(code, 'unavailable');
  assert.is(
    detail,
    'The event log did not respond, so it is unknown whether the change was stored. ' +
      'Send the same request again with Idempotency-Key "m": it will not be executed twice.',
  );
  assert.is(found, cause);
});
failing('fails with the error of a bug in the decider', async () => {
  const { execute } = createReplica([]);
  assert.instance(await failureOf(execute({ command: -1 })), TypeError);
});
failing('is a conflict, and names the entity, if other writers were first in every attempt', async () => {
  const { execute, appends, end, retries } = createReplica([{ outcome: 'conflict' }], [message(1)], true);
  Object.defineProperty(end, 'position', { get: () => appends.length + 1 });
  const { code, message: detail } = await problemOf(execute());
  assert.equal([code, detail], ['conflict', 'Other writers changed 1 first, 5 times in a row.']);
  assert.equal([appends.length, retries()], [maxAttempts, maxAttempts - 1]);
});
failing('is unavailable, and names the entity, while the outcome of another write is unknown', async () => {
  const { execute, appends, retries } = createReplica([{ outcome: 'conflict' }]);
  const { code, message: detail } = await problemOf(execute());
  assert.equal(
    [code, detail],
    ['unavailable', 'Another write to 1 is in progress and its outcome is unknown. Retry later.'],
  );
  assert.equal([appends.length, retries()], [maxAttempts, maxAttempts - 1]);
});
failing('is written in a later attempt after a conflict', async () => {
  const { execute, appends, retries } = createReplica([
    { outcome: 'conflict' },
    { outcome: 'written', position: 1 },
  ]);
  assert.equal(await execute(), { id: 1, state: 1, version: 1 });
  assert.equal([appends.length, retries()], [2, 1]);
});
failing.run();

const preconditions = suite('a precondition');

preconditions('is checked on the entity', async () => {
  const { execute } = createReplica([{ outcome: 'written', position: 2 }], [message(1)]);
  const seen: unknown[] = [];
  const precondition = (entity: unknown) => void seen.push(entity);
  assert.is((await execute({ precondition })).version, 2);
  assert.equal(seen, [{ id: 1, state: 1, version: 1 }]);
});
preconditions('that does not hold rejects the command, with the reason', async () => {
  const { execute, appends } = createReplica([], [message(1)]);
  const { code, message: detail } = await problemOf(execute({ precondition: () => 'the lamp is lit' }));
  assert.equal([code, detail], ['precondition-failed', 'the lamp is lit']);
  assert.is(appends.length, 0);
});
preconditions.run();
