/** What a view answers besides its entities: rejected positions, lists by an index, its last message, and listeners. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { storedMessage } from '../../../../test/support/memory-store.ts';
import { Rejection, type Fold } from '../../domain/decider.ts';
import type { StoredMessage } from '../../domain/stored-message.ts';
import { normalizeIndexes } from '../../domain/service/index-definition.ts';
import { createView } from './view.ts';

/** A lamp: the sockets that it uses. */
type Plugged = { readonly type: 'Plugged'; readonly sockets: readonly number[] };

const none: readonly number[] = [];
const fold: Fold<readonly number[], Plugged> = { initial: none, evolve: (_lamp, { sockets }) => sockets };

const message = (position: number, id: number | undefined, content: Plugged | Rejection) =>
  storedMessage(position, content, { id });
const plugged = (...sockets: readonly number[]): Plugged => ({ type: 'Plugged', sockets });
const invalid = new Rejection('invalid');
/** Indexes the lamps by their sockets. */
const indexes = normalizeIndexes({ sockets: { key: z.int(), each: (lamp: readonly number[]) => lamp } });

function viewOf(...messages: readonly StoredMessage<Plugged>[]) {
  const view = createView(fold, { indexes });
  for (const each of messages) view.apply(each);
  return view;
}

const rejected = suite('the positions of rejected messages');

rejected('are known for every message', () => {
  const view = viewOf();
  const rejectedPositions = new Set([1, 2, 5, 8, 9]);
  for (let position = 1; position <= 10; position++)
    view.apply(message(position, 1, rejectedPositions.has(position) ? invalid : plugged(1)));
  for (let position = 0; position <= 11; position++)
    assert.is(view.isRejected(position), rejectedPositions.has(position), String(position));
});
rejected('are none in an empty view', () => assert.not(viewOf().isRejected(1)));
rejected.run();

const listing = suite('the entities with a key of an index');

const lamps = [
  message(1, 30, plugged(1)),
  message(2, 4, plugged(1, 2)),
  message(3, 5, plugged(2)),
  message(4, 5, invalid),
];

listing('are listed with their state and version, by ascending id', () =>
  assert.equal(viewOf(...lamps).list({ where: { sockets: 1 }, limit: 10 }), [
    { id: 4, state: [1, 2], version: 2 },
    { id: 30, state: [1], version: 1 },
  ]),
);
listing('are listed in pages', () => {
  const view = viewOf(...lamps);
  const ids = (options: { after?: number; limit: number }) =>
    view.list({ where: { sockets: 1 }, ...options }).map(({ id }) => id);
  assert.equal(ids({ limit: 1 }), [4]);
  assert.equal(ids({ limit: 10, after: 4 }), [30]);
  assert.equal(ids({ limit: 10, after: 3 }), [4, 30]);
  assert.equal(ids({ limit: 0 }), []);
});
listing('do not change with a rejected message', () =>
  assert.equal(viewOf(...lamps).list({ where: { sockets: 2 }, limit: 10 })[1], {
    id: 5,
    state: [2],
    version: 4,
  }),
);
listing('do not change with a rejected message while the index is in use', () => {
  const view = viewOf();
  const list = () => view.list({ where: { sockets: 2 }, limit: 10 });
  assert.equal(list(), []);
  for (const each of lamps) view.apply(each);
  assert.equal(
    list().map(({ id, version }) => [id, version]),
    [
      [4, 2],
      [5, 4],
    ],
  );
});
listing('have existed when their keys were computed', () => {
  const seen: unknown[] = [];
  const recording = normalizeIndexes({
    sockets: {
      key: z.int(),
      each(lamp: readonly number[]) {
        seen.push(lamp);
        return lamp;
      },
    },
  });
  const view = createView(fold, { indexes: recording });
  const list = () => view.list({ where: { sockets: 1 }, limit: 10 });
  view.apply(message(1, 7, invalid));
  assert.equal(list(), []);
  view.apply(message(2, 8, invalid));
  view.apply(message(3, 8, plugged(1)));
  assert.equal(list(), [{ id: 8, state: [1], version: 3 }]);
  assert.not(seen.includes(none));
});
listing('cannot be listed by an index that the view does not have', () =>
  assert.throws(() => createView(fold).list({ where: { sockets: 1 }, limit: 10 }), /no index sockets/),
);
listing.run();

const listening = suite('a listener of a view');

listening('is called with every message, after the view has applied it', () => {
  const view = viewOf();
  const calls: unknown[] = [];
  view.subscribe(({ position }, rejection) => calls.push([position, view.position, rejection?.reason]));
  for (const each of lamps) view.apply(each);
  view.apply(message(4, 9, plugged(1)));
  assert.equal(calls, [
    [1, 1, undefined],
    [2, 2, undefined],
    [3, 3, undefined],
    [4, 4, 'invalid'],
  ]);
});
listening('is not called after it has unsubscribed, and others still are', () => {
  const view = viewOf();
  const [first, second]: [number[], number[]] = [[], []];
  const unsubscribe = view.subscribe(({ position }) => first.push(position));
  view.subscribe(({ position }) => second.push(position));
  view.apply(message(1, 1, plugged(1)));
  unsubscribe();
  view.apply(message(2, 1, plugged(2)));
  assert.equal([first, second], [[1], [1, 2]]);
});
listening.run();

const last = suite('the last message of a view');

last('is undefined before the first one, and the one that was applied last', () => {
  const view = viewOf();
  assert.is(view.lastMessage, undefined);
  assert.is(view.capture().lastMessage, undefined);
  for (const each of lamps) view.apply(each);
  view.apply(message(1, 1, plugged(1)));
  assert.is(view.lastMessage, lamps[3]);
});
last('remains the same when the view skips a gap', () => {
  const view = viewOf(...lamps);
  view.skipTo(9);
  assert.is(view.lastMessage?.position, 4);
});
last.run();
