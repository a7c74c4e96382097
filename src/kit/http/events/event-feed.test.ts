/** Clients that fall behind the ring buffer are fed from the event log, and miss or repeat no event. */

import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fold } from '../../domain/decider.ts';
import type { StoredMessage } from '../../domain/stored-message.ts';
import type { EventStore } from '../../eventlog/event-store.ts';
import { createView } from '../../eventlog/view/view.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { createEventFeed } from './event-feed.ts';

type Written = { readonly type: 'Written'; readonly text: string };
const fold: Fold<string, Written> = { initial: '', evolve: (_state, { text }) => text };
/** About 1 KiB an event, so that the ring buffer of 4 MiB drops the older ones. */
const text = 'x'.repeat(1_000);
const eventCount = 12_000;

/** An event log in memory whose view is always current. */
function createLog() {
  const messages: StoredMessage<Written>[] = [];
  const view = createView(fold);
  const unused = () => Promise.reject(new Error('unexpected read'));
  const store: EventStore<Written> = {
    append: unused,
    lastPositionOf: unused,
    lastPosition: unused,
    leaderPosition: unused,
    currentTime: unused,
    positionAt: unused,
    read: unused,
    readOriginal: unused,
    readLog: unused,
    bounds: () => Promise.resolve({ first: Math.min(1, messages.length), last: messages.length }),
    readAll: ({ after = 0, upTo, limit = Infinity }) =>
      Promise.resolve(messages.slice(after, Math.min(upTo, after + limit))),
    history: unused,
    historyOfAnyServer: unused,
  };
  return {
    view,
    store,
    write(count: number) {
      for (let written = 0; written < count; written++) {
        const position = messages.length + 1;
        const message = {
          position,
          time: position,
          nanoseconds: 0,
          id: 1,
          subject: 'notes.events.1',
          messageId: undefined,
          commandDigest: undefined,
          content: { type: 'Written', text },
        } as const;
        messages.push(message);
        view.apply(message);
      }
    },
  };
}

/** Records the positions of the events in a response body. It reads only between `resume` and `pause`. */
function createClient(output: Readable) {
  const positions: number[] = [];
  let rest = '';
  output.on('data', (chunk: Buffer) => {
    const blocks = (rest + chunk.toString()).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: (\d+)$/m.exec(block)?.[1];
      if (id !== undefined && /^data: /m.test(block)) positions.push(Number(id));
    }
  });
  return { positions, pause: () => void output.pause(), resume: () => void output.resume() };
}

const range = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

const { view, store, write } = createLog();
const feed = createEventFeed(view, store, 10);

const test = suite('a client of the live events');

test('receives every event once, wherever it falls behind', async () => {
  const clients = range(4).map(() =>
    createClient(
      feed.open({ after: undefined, filter: {} }, new ServerResponse(new IncomingMessage(new Socket()))),
    ),
  );
  write(1);
  const awaitEvents = (count: number, reading: typeof clients) =>
    eventually(() => {
      for (const { positions } of reading) assert.is(positions.length, count);
    });
  await awaitEvents(1, clients);
  for (const [index, { pause }] of clients.entries()) if (index > 0) pause();

  // The second client reads now and then, the third one once in the middle, and the last one at the end.
  const [fast, now, middle, last] = clients;
  for (let written = 1; written < eventCount; written += 100) {
    write(Math.min(100, eventCount - written));
    await nextTurn();
    if (written % 1_000 === 1) now?.resume();
    else now?.pause();
    if (written === 6_001) middle?.resume();
    else middle?.pause();
  }
  assert.ok((last?.positions.length ?? 0) < 1_000, 'the last client has not read');
  for (const { resume } of clients) resume();
  await awaitEvents(eventCount, clients);
  for (const { positions } of [fast, now, middle, last].filter((client) => client !== undefined))
    assert.equal(positions, range(eventCount));
});
test('is no longer counted once its response has ended', async () => {
  const before = feed.size;
  const socket = new Socket();
  const response = new ServerResponse(new IncomingMessage(socket));
  response.assignSocket(socket);
  const output = feed.open({ after: undefined, filter: {} }, response);
  assert.is(feed.size, before + 1);
  socket.destroy();
  await eventually(() => assert.is(feed.size, before));
  assert.ok(output.destroyed);
});
test.after(() => feed.close());

test.run();

const closing = suite('a closed feed');

closing('leaves no subscription and no timer behind', () => {
  let subscriptions = 0;
  const counted: typeof view = Object.create(view, {
    subscribe: {
      value(...listener: Parameters<typeof view.subscribe>) {
        const unsubscribe = view.subscribe(...listener);
        subscriptions += 1;
        return () => {
          subscriptions -= 1;
          unsubscribe();
        };
      },
    },
  });
  const countTimers = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
  const timersBefore = countTimers();
  const closed = createEventFeed(counted, store, 10);
  assert.is(subscriptions, 1);
  assert.is(countTimers(), timersBefore + 1);
  closed.close();
  assert.is(subscriptions, 0);
  assert.is(countTimers(), timersBefore);
});
closing.run();
