import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMemoryStore } from '../../../test/support/memory-store.ts';
import type { CommandCall } from '../domain/service/service-decider.ts';
import type { Append } from './event-store.ts';
import { execute, type Sources } from './execute.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import type { Transactor } from './transact.ts';
import { createView } from './view/view.ts';

type Moved = { readonly type: 'Moved'; readonly at: string };

/** Executes one command; the first two appends conflict with other writers. Returns the appends. */
async function executeContended(
  keys: readonly string[],
  sent: object = { to: 'A' },
): Promise<Append<Moved>[]> {
  const appends: Append<Moved>[] = [];
  const fold = { initial: '', evolve: (_state: string, { at }: Moved) => at };
  const transactor: Transactor<string, CommandCall, Moved> = {
    decider: { ...fold, decide: ({ now }) => [{ type: 'Moved', at: now }] },
    events: {
      read: () => ({ type: 'Moved', at: 'stored' }),
      write: (event) => ({ ...event }),
    },
    view: { ...createView<string, Moved>(fold), reached: () => Promise.resolve(true) },
    store: createMemoryStore<Moved>([], {
      append(append) {
        appends.push(append);
        return Promise.resolve(
          appends.length < 3 ? { outcome: 'conflict' } : { outcome: 'written', position: 3 },
        );
      },
      lastPositionOf: () => Promise.resolve(1),
    }),
    queue: createKeyedQueue(),
    followed: [],
    catchUpTimeoutMs: 1_000,
    confirmTimeoutMs: 1_000,
  };
  let calls = 0;
  const sources: Sources = {
    makeEntityId: () => 1,
    makeMessageId: () => 'generated',
    now: () => `time ${(calls += 1)}`,
    digest: (text) => text,
  };
  for (const messageId of keys) {
    await execute(transactor, sources, {
      id: 1,
      verb: 'move',
      input: { to: new Set('A') },
      sent,
      actor: 'ada',
      messageId,
    });
  }
  return appends;
}

const test = suite('execute');

test('decides with the same time in every attempt', async () => {
  const appends = await executeContended(['one']);
  assert.equal(
    appends.map(({ events }) => events),
    Array.from({ length: 3 }, () => [{ type: 'Moved', at: 'time 1' }]),
  );
});
test('computes the digest from the verb, the id and what was sent, not from the time', async () => {
  const [first, , , second] = await executeContended(['one', 'two']);
  assert.equal(second?.events, [{ type: 'Moved', at: 'time 2' }]);
  assert.is(second?.commandDigest, first?.commandDigest);
  assert.is(first?.commandDigest, '["move",1,{"to":"A"}]');
});
test('computes the digest from the fields in a fixed order, at every depth', async () => {
  const [append] = await executeContended(['one'], { to: [{ y: 2, x: null }], from: {} });
  assert.is(append?.commandDigest, '["move",1,{"from":{},"to":[{"x":null,"y":2}]}]');
});
test('computes the same digest if the fields are already in order', async () => {
  const [append] = await executeContended(['one'], { from: {}, to: [{ x: null, y: 2 }] });
  assert.is(append?.commandDigest, '["move",1,{"from":{},"to":[{"x":null,"y":2}]}]');
});
test('stores who sent the command', async () => {
  const [append] = await executeContended(['one']);
  assert.is(append?.actor, 'ada');
});
test.run();
