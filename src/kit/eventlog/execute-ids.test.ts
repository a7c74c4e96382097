import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMemoryStore } from '../../../test/support/memory-store.ts';
import type { Decider } from '../domain/decider.ts';
import { Problem, type ProblemCode } from '../domain/problem.ts';
import type { CommandCall } from '../domain/service/service-decider.ts';
import type { Append } from './event-store.ts';
import { execute, messageIdSyntax } from './execute.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import { maxAttempts, type Transactor } from './transact.ts';
import { createView } from './view/view.ts';

type Lit = { readonly type: 'Lit' };

type Options = { readonly firstFreeId?: number; readonly code?: ProblemCode };

/** Executes commands for lamps; those with an id below `firstFreeId` are lit already. */
function createLamps({ firstFreeId = 1, code = 'conflict' }: Options = {}) {
  const appends: Append<Lit>[] = [];
  let nextId = 0;
  const decider: Decider<boolean, CommandCall, Lit> = {
    initial: false,
    decide: () => {
      if (nextId < firstFreeId) throw new Problem(code, 'The lamp is lit.');
      return [{ type: 'Lit' }];
    },
    evolve: () => true,
  };
  const view = createView<boolean, Lit>(decider);
  const store = createMemoryStore<Lit>([], {
    append: (append) => {
      appends.push(append);
      view.skipTo(9);
      return Promise.resolve({ outcome: 'written', position: 9 });
    },
  });
  const transactor: Transactor<boolean, CommandCall, Lit> = {
    decider,
    events: { read: () => ({ type: 'Lit' }), write: (event) => ({ ...event }) },
    view,
    store,
    queue: createKeyedQueue(),
    followed: [],
    catchUpTimeoutMs: 1_000,
    confirmTimeoutMs: 1_000,
  };
  const sources = {
    makeEntityId: () => (nextId += 1),
    makeMessageId: () => 'generated',
    now: () => '2026-01-31T12:00:00.000Z',
    digest: (text: string) => `digest of ${text}`,
  };
  return { transactor, sources, appends, generated: () => nextId };
}

const light = { verb: 'light', input: { colour: 'red' }, sent: { colour: 'red' } };

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

const identity = suite('a command');

identity('for an entity is executed once, with its key, digest and trace context', async () => {
  const { transactor, sources, appends } = createLamps({ firstFreeId: 0 });
  const request = { id: 7, ...light, messageId: 'key', traceparent: 'trace' };
  assert.equal(await execute(transactor, sources, request), { id: 7, state: true, version: 9 });
  assert.equal(
    appends.map(({ id, messageId, commandDigest, traceparent }) => [
      id,
      messageId,
      commandDigest,
      traceparent,
    ]),
    [[7, 'key', 'digest of ["light",7,{"colour":"red"}]', 'trace']],
  );
});
identity('without a key gets a generated one', async () => {
  const { transactor, sources, appends } = createLamps({ firstFreeId: 0 });
  await execute(transactor, sources, { id: 7, ...light });
  assert.is(appends[0]?.messageId, 'generated');
});
identity('without an id gets a generated one, which its digest does not depend on', async () => {
  const { transactor, sources, appends } = createLamps();
  assert.equal(await execute(transactor, sources, { id: undefined, ...light }), {
    id: 1,
    state: true,
    version: 9,
  });
  assert.is(appends[0]?.commandDigest, 'digest of ["light","new",{"colour":"red"}]');
});
identity('without an id is tried with further ids while they are in use', async () => {
  const { transactor, sources } = createLamps({ firstFreeId: 4 });
  assert.is((await execute(transactor, sources, { id: undefined, ...light })).id, 4);
});
identity('without an id fails after as many attempts as any command', async () => {
  const { transactor, sources, generated } = createLamps({ firstFreeId: Infinity });
  assert.is(await codeOf(execute(transactor, sources, { id: undefined, ...light })), 'conflict');
  assert.is(generated(), maxAttempts);
});
identity('without an id fails at once for any other reason', async () => {
  const { transactor, sources, generated } = createLamps({ firstFreeId: Infinity, code: 'forbidden' });
  assert.is(await codeOf(execute(transactor, sources, { id: undefined, ...light })), 'forbidden');
  assert.is(generated(), 1);
});
identity('with an id that is in use fails at once', async () => {
  const { transactor, sources, generated } = createLamps();
  assert.is(await codeOf(execute(transactor, sources, { id: 7, ...light })), 'conflict');
  assert.is(generated(), 0);
});
identity('fails if its precondition does not hold', async () => {
  const { transactor, sources } = createLamps({ firstFreeId: 0 });
  const request = { id: 7, ...light, precondition: () => 'it is lit' };
  assert.is(await codeOf(execute(transactor, sources, request)), 'precondition-failed');
});
identity(
  'for a text id has another digest than one for a generated id, also if the text is `new`',
  async () => {
    const digests = [];
    for (const id of [undefined, 'new', 1, '1']) {
      const { transactor, sources, appends } = createLamps({ firstFreeId: 0 });
      await execute(transactor, sources, { ...light, id, actor: undefined });
      digests.push(appends[0]?.commandDigest);
    }
    assert.is(new Set(digests).size, 4);
  },
);
identity.run();

const syntax = suite('the syntax of an idempotency key');

syntax('is 1 to 255 visible ASCII characters without quotes', () => {
  const pattern = new RegExp(`^${messageIdSyntax}$`);
  for (const key of ['a', '!#~', 'x'.repeat(255)]) assert.ok(pattern.test(key), key);
  for (const key of ['', 'a b', '"', 'ä', '\u007f', 'x'.repeat(256)]) assert.not(pattern.test(key), key);
});
syntax.run();
