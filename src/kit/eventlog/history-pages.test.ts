import { Readable } from 'node:stream';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMemoryStore, storedMessage } from '../../../test/support/memory-store.ts';
import { Rejection, type DomainEvent, type Fold } from '../domain/decider.ts';
import type { Id } from '../domain/entity-id.ts';
import type { HistoryRange } from './event-store.ts';
import { createHistoryPages, type HistoryPageRequest } from './history-pages.ts';
import { decodeImage, encodeImage } from './view/snapshot-image.ts';
import { createView } from './view/view.ts';

/** A lamp that is on or off. Its events alternate. */
const fold: Fold<boolean, DomainEvent> = {
  initial: false,
  evolve: (isOn, { type }) => ((type === 'On') === isOn ? new Rejection(`already ${type}`) : type === 'On'),
};

/** Creates the pages of a history with an event per type, at positions 1, 2, 3 … */
function createPages(...types: string[]) {
  const messages = types.map((type, index) => storedMessage(index + 1, { type }));
  let messagesRead = 0;
  const store = createMemoryStore(messages);
  const countingStore = {
    ...store,
    async historyOfAnyServer(id: Id, range: HistoryRange) {
      const found = await store.historyOfAnyServer(id, range);
      messagesRead += found?.length ?? 0;
      return found;
    },
  };
  let view = createView(fold);
  messages.forEach(view.apply);
  let readPage = createHistoryPages(fold, { view, store: countingStore });
  const read = async (request: Partial<HistoryPageRequest> = {}) => {
    messagesRead = 0;
    const page = await readPage(1, {
      order: 'asc',
      after: 0,
      before: Infinity,
      limit: 1000,
      withRejected: true,
      ...request,
    });
    const entries = page?.entries.map(({ message: { position }, rejection }) =>
      rejection === undefined ? position : `${position} ${rejection.reason}`,
    );
    return { entries, next: page?.next, messagesRead };
  };
  /** Stores a message. The view applies it later. */
  const append = (type: string) => {
    const message = storedMessage(messages.length + 1, { type });
    messages.push(message);
    return () => view.apply(message);
  };
  /** Continues as a process that starts from a snapshot. */
  const restart = async () => {
    const lines = Array.from(encodeImage(view.capture(), fold.initial));
    const image = await decodeImage(Readable.from(lines), fold.initial);
    view = createView(fold, { image });
    readPage = createHistoryPages(fold, { view, store: countingStore });
  };
  return { read, append, restart };
}

const alternating = (count: number) =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 'On' : 'Off'));

const test = suite('the pages of a history');

test('contain each message, with the reason if the fold rejected it', async () => {
  const { read } = createPages('On', 'On', 'Off');
  assert.equal(await read(), { entries: [1, '2 already On', 3], next: undefined, messagesRead: 3 });
});
test('continue with the state at the end of the page before them, without reading earlier messages', async () => {
  const { read } = createPages('On', 'Off', 'On', 'On', 'Off', 'On');
  assert.equal(await read({ limit: 3 }), { entries: [1, 2, 3], next: 3, messagesRead: 4 });
  const second = { entries: ['4 already On', 5, 6], next: undefined, messagesRead: 3 };
  assert.equal(await read({ limit: 3, after: 3 }), second);
});
test('are folded from the beginning of a short history if they follow no page', async () => {
  const { read } = createPages('On', 'Off', 'On', 'On', 'Off', 'On');
  assert.equal(await read({ after: 3 }), {
    entries: ['4 already On', 5, 6],
    next: undefined,
    messagesRead: 6,
  });
  assert.equal(await read({ after: 6 }), { entries: [], next: undefined, messagesRead: 6 });
});
test('cost at most 250 messages more than they hold, at any position and in both orders', async () => {
  const limit = 10;
  const { read, restart } = createPages(...alternating(20_000));
  for (const position of [1, 249, 250, 251, 12_345, 19_999]) {
    // Without the ends of the pages that were read before.
    await restart();
    const page = await read({ after: position, limit });
    assert.is(page.entries?.[0], position + 1);
    assert.ok(page.messagesRead <= limit + 1 + 250, `${page.messagesRead} messages after ${position}`);
    const newest = await read({ order: 'desc', before: position + 1, limit });
    assert.is(newest.entries?.[0], position);
    // It may read the messages between two checkpoints for one entry, and then those before them for the others.
    assert.ok(newest.messagesRead <= limit + 1 + 500, `${newest.messagesRead} messages before ${position}`);
  }
  const end = await read({ order: 'desc', limit });
  assert.ok(end.messagesRead <= limit + 1 + 500, `${end.messagesRead} messages at the end`);
});
test('cost one message more than they hold if they follow another one', async () => {
  const { read } = createPages(...alternating(700));
  assert.is((await read({ after: 600, limit: 10 })).next, 610);
  assert.is((await read({ after: 610, limit: 10 })).messagesRead, 11);
});
test('are filled with events if they omit rejected messages', async () => {
  const { read } = createPages('On', 'On', 'On', 'Off', 'Off', 'On');
  const request = { limit: 1, withRejected: false };
  const { entries, next } = await read(request);
  assert.equal([entries, next], [[1], 1]);
  assert.equal((await read({ ...request, after: 1 })).entries, [4]);
  assert.equal(await read({ ...request, after: 4 }), { entries: [6], next: undefined, messagesRead: 2 });
});
test('are the same, newest first', async () => {
  const { read } = createPages('On', 'On', 'Off', 'Off', 'On');
  const all = { entries: [5, '4 already Off', 3, '2 already On', 1], next: undefined, messagesRead: 5 };
  assert.equal(await read({ order: 'desc' }), all);
  const { entries, next } = await read({ order: 'desc', limit: 2 });
  assert.equal([entries, next], [[5, '4 already Off'], 4]);
  assert.equal((await read({ order: 'desc', limit: 3, before: 4 })).entries, [3, '2 already On', 1]);
  assert.equal((await read({ order: 'desc', withRejected: false })).entries, [5, 3, 1]);
  assert.equal((await read({ order: 'desc', before: 1 })).entries, []);
});
test('end at `after` and `before` in both orders', async () => {
  const { read } = createPages(...alternating(6));
  assert.equal((await read({ after: 2, before: 5 })).entries, [3, 4]);
  assert.equal((await read({ after: 2, before: 5, order: 'desc' })).entries, [4, 3]);
  assert.equal((await read({ after: 4, before: 3 })).entries, []);
  assert.equal((await read({ after: 4, before: 3, order: 'desc' })).entries, []);
  assert.is((await read({ after: 2, before: 5, limit: 2 })).next, undefined);
  assert.is((await read({ after: 2, before: 5, limit: 2, order: 'desc' })).next, undefined);
});
test('are not moved by messages that are appended between them, newest first', async () => {
  const { read, append } = createPages(...alternating(498));
  const first = await read({ order: 'desc', limit: 3 });
  assert.equal(first.entries, [498, 497, 496]);
  const apply = [append('On'), append('On'), append('Off')];
  assert.equal((await read({ order: 'desc', before: 496, limit: 3 })).entries, [495, 494, 493]);
  // The view has not applied them, but the server has them.
  const ahead = [501, '500 already On', 499];
  assert.equal((await read({ order: 'desc', limit: 3 })).entries, ahead);
  for (const each of apply) each();
  assert.equal((await read({ order: 'desc', limit: 3 })).entries, ahead);
});
const arbitraryRequest = fc.record({
  types: fc.array(fc.constantFrom('On', 'Off'), { maxLength: 1000, size: 'max' }),
  limit: fc.integer({ min: 10, max: 600 }),
  order: fc.constantFrom('asc' as const, 'desc' as const),
  withRejected: fc.boolean(),
});

test('together contain the history that is folded at once', () =>
  fc.assert(
    fc.asyncProperty(arbitraryRequest, async ({ types, limit, order, withRejected }) => {
      const { entries: whole = [] } = await createPages(...types).read({ limit: Infinity });
      const expected = whole.filter((entry) => withRejected || typeof entry === 'number');
      const { read } = createPages(...types);
      const found: (string | number)[] = [];
      let range: { after?: number; before?: number } | undefined = {};
      while (range !== undefined) {
        const { entries = [], next } = await read({ ...range, order, limit, withRejected });
        found.push(...entries);
        range = next === undefined ? undefined : { [order === 'asc' ? 'after' : 'before']: next };
      }
      assert.equal(found, order === 'asc' ? expected : expected.toReversed());
    }),
    { numRuns: 50 },
  ));
test('do not exist for an entity without messages', async () => {
  assert.is((await createPages().read()).entries, undefined);
  assert.is((await createPages().read({ order: 'desc' })).entries, undefined);
});

test.run();
