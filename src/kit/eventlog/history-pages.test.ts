import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMemoryStore, storedMessage } from '../../../test/support/memory-store.ts';
import { Rejection, type DomainEvent, type Fold } from '../domain/decider.ts';
import { createHistoryPages, type HistoryPageRequest } from './history-pages.ts';

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
  const readPage = createHistoryPages(fold, {
    view: { find: () => ({ version: messages.length }) },
    store: {
      ...store,
      async historyOfAnyServer(id, range) {
        const found = await store.historyOfAnyServer(id, range);
        messagesRead += found?.length ?? 0;
        return found;
      },
    },
  });
  return async (request: Partial<HistoryPageRequest> = {}) => {
    messagesRead = 0;
    const page = await readPage(1, { after: 0, limit: 1000, withRejected: true, ...request });
    const entries = page?.entries.map(({ message: { position }, rejection }) =>
      rejection === undefined ? position : `${position} ${rejection.reason}`,
    );
    return { entries, next: page?.next, messagesRead };
  };
}

const test = suite('the pages of a history');

test('contain each message, with the reason if the fold rejected it', async () => {
  const read = createPages('On', 'On', 'Off');
  assert.equal(await read(), { entries: [1, '2 already On', 3], next: undefined, messagesRead: 3 });
});
test('continue with the state at the end of the page before them, without reading earlier messages', async () => {
  const read = createPages('On', 'Off', 'On', 'On', 'Off', 'On');
  assert.equal(await read({ limit: 3 }), { entries: [1, 2, 3], next: 3, messagesRead: 4 });
  const second = { entries: ['4 already On', 5, 6], next: undefined, messagesRead: 3 };
  assert.equal(await read({ limit: 3, after: 3 }), second);
});
test('are folded from the beginning if they follow no page', async () => {
  const read = createPages('On', 'Off', 'On', 'On', 'Off', 'On');
  assert.equal(await read({ after: 3 }), {
    entries: ['4 already On', 5, 6],
    next: undefined,
    messagesRead: 6,
  });
  assert.equal(await read({ after: 6 }), { entries: [], next: undefined, messagesRead: 6 });
});
test('read a bounded number of messages at once', async () => {
  const read = createPages(...Array.from({ length: 2500 }, (_, index) => (index % 2 === 0 ? 'On' : 'Off')));
  const { entries, messagesRead } = await read({ after: 2400, limit: 10 });
  assert.equal(entries?.length, 10);
  assert.ok(messagesRead <= 3000);
  assert.is((await read({ after: 2410, limit: 10 })).messagesRead, 11);
});
test('are filled with events if they omit rejected messages', async () => {
  const read = createPages('On', 'On', 'On', 'Off', 'Off', 'On');
  const request = { limit: 1, withRejected: false };
  const { entries, next } = await read(request);
  assert.equal([entries, next], [[1], 1]);
  assert.equal((await read({ ...request, after: 1 })).entries, [4]);
  assert.equal(await read({ ...request, after: 4 }), { entries: [6], next: undefined, messagesRead: 2 });
});
test('do not exist for an entity without messages', async () => {
  assert.is((await createPages()()).entries, undefined);
});

test.run();
