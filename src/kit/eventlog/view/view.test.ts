import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { storedMessage } from '../../../../test/support/memory-store.ts';
import { Rejection, type Decider } from '../../domain/decider.ts';
import type { Id } from '../../domain/entity-id.ts';
import type { NamedIndexes } from '../../domain/service/index-definition.ts';
import type { StoredMessage } from '../../domain/stored-message.ts';
import { createView, maxRejections, type ListOptions } from './view.ts';

type Lamp = { readonly colour: string } | undefined;
type LampEvent = { readonly type: 'Lit'; readonly colour: string } | { readonly type: 'Out' };

const lampDecider: Decider<Lamp, never, LampEvent> = {
  initial: undefined,
  decide: () => [],
  evolve(lamp, event) {
    if (event.type === 'Lit') return { colour: event.colour };
    return lamp === undefined ? new Rejection('the lamp is already out') : undefined;
  },
};

function message(
  position: number,
  id: number | undefined,
  content: LampEvent | Rejection,
  messageId?: string,
): StoredMessage<LampEvent> {
  return storedMessage(position, content, { id, subject: `lamps.events.${id ?? 'x'}`, messageId });
}

const lit = (colour: string): LampEvent => ({ type: 'Lit', colour });
const out: LampEvent = { type: 'Out' };

function viewOf(...messages: StoredMessage<LampEvent>[]) {
  const view = createView(lampDecider);
  for (const each of messages) view.apply(each);
  return view;
}

const applying = suite('a view');

applying('returns the state of an entity, with the position of its last message as its version', () => {
  const view = viewOf(message(1, 7, lit('red')), message(2, 8, lit('blue')), message(5, 7, lit('green')));
  assert.equal(view.find(7), { id: 7, state: { colour: 'green' }, version: 5 });
  assert.equal(view.find(8), { id: 8, state: { colour: 'blue' }, version: 2 });
  assert.is(view.position, 5);
  assert.is(view.size, 2);
});
applying('returns the initial state and version 0 for an unknown entity', () =>
  assert.equal(viewOf().find(7), { id: 7, state: undefined, version: 0 }),
);
applying('returns the version of a removed entity', () => {
  const view = viewOf(message(1, 7, lit('red')), message(3, 7, out));
  assert.equal(view.find(7), { id: 7, state: undefined, version: 3 });
  assert.is(view.size, 1);
});
applying('ignores a message that was already applied', () => {
  const view = viewOf(message(1, 7, lit('red')), message(2, 7, lit('blue')));
  view.apply(message(1, 7, lit('red')));
  view.apply(message(2, undefined, new Rejection('not JSON')));
  assert.equal(view.find(7), { id: 7, state: { colour: 'blue' }, version: 2 });
  assert.is(view.rejectedCount, 0);
});
applying('resolves a wait for a position after the message is applied', async () => {
  const view = viewOf();
  const seen = view.reached(1, 60_000).then((reached) => [reached, view.find(7).version]);
  view.apply(message(1, 7, lit('red')));
  assert.equal(await seen, [true, 1]);
});
applying('can skip a gap in the stream', async () => {
  const view = viewOf(message(1, 7, lit('red')));
  view.skipTo(9);
  assert.is(await view.reached(9, 0), true);
  assert.is(view.position, 9);
  view.apply(message(9, 7, lit('blue')));
  assert.is(view.find(7).version, 1);
});
applying('returns the position of a message id, including that of a rejected message', () => {
  const view = viewOf(message(1, 7, lit('red'), 'a'), message(2, 7, new Rejection('not JSON'), 'b'));
  assert.is(view.positionOf('a'), 1);
  assert.is(view.positionOf('b'), 2);
  assert.is(view.positionOf('c'), undefined);
});
applying.run();

const rejecting = suite('a rejected message');

rejecting(
  'increases the version but does not change the state, because the broker counts every message',
  () => {
    const view = viewOf(message(1, 7, lit('red')), message(2, 7, new Rejection('not JSON')));
    assert.equal(view.find(7), { id: 7, state: { colour: 'red' }, version: 2 });
  },
);
rejecting('increases the version of an entity that does not exist', () => {
  const view = viewOf(message(1, 7, out));
  assert.equal(view.find(7), { id: 7, state: undefined, version: 1 });
  assert.equal(view.list({ limit: 10 }), []);
});
rejecting('is listed with its position, time, subject and reason, oldest first', () => {
  const view = viewOf(message(1, 7, out), message(2, undefined, new Rejection('no id')));
  assert.equal(view.rejections(), [
    { position: 1, time: 1000, subject: 'lamps.events.7', reason: 'the lamp is already out' },
    { position: 2, time: 2000, subject: 'lamps.events.x', reason: 'no id' },
  ]);
  assert.is(view.rejectedCount, 2);
  assert.is(view.size, 1);
});
rejecting('is counted but no longer listed when newer ones exceed the limit', () => {
  const view = viewOf();
  for (let position = 1; position <= maxRejections + 5; position++) view.apply(message(position, 7, out));
  assert.is(view.rejectedCount, maxRejections + 5);
  assert.is(view.rejections().length, maxRejections);
  assert.is(view.rejections()[0]?.position, 6);
  assert.is(view.rejections().at(-1)?.position, maxRejections + 5);
});
rejecting('does not change a list that was returned before it was applied', () => {
  const view = viewOf(message(1, 7, out));
  const before = view.rejections();
  view.apply(message(2, 7, out));
  assert.equal(
    before.map(({ position }) => position),
    [1],
  );
});
rejecting.run();

const listing = suite('the list of entities');
const ids = (entities: readonly { readonly id: Id }[]) => entities.map(({ id }) => id);
const several = () =>
  viewOf(
    message(1, 30, lit('red')),
    message(2, 4, lit('blue')),
    message(3, Number.MAX_SAFE_INTEGER, lit('red')),
    message(4, 5, lit('red')),
    message(5, 5, out),
  );

listing('is sorted numerically and omits removed entities', () =>
  assert.equal(ids(several().list({ limit: 10 })), [4, 30, Number.MAX_SAFE_INTEGER]),
);
listing('has the state and version of every entity', () =>
  assert.equal(several().list({ limit: 1 }), [{ id: 4, state: { colour: 'blue' }, version: 2 }]),
);
listing('has at most `limit` entities', () => {
  assert.equal(ids(several().list({ limit: 2 })), [4, 30]);
  assert.equal(ids(several().list({ limit: 0 })), []);
});
listing('has only ids greater than `after`', () => {
  assert.equal(ids(several().list({ limit: 10, after: 4 })), [30, Number.MAX_SAFE_INTEGER]);
  assert.equal(ids(several().list({ limit: 10, after: 29 })), [30, Number.MAX_SAFE_INTEGER]);
  assert.equal(ids(several().list({ limit: 10, after: Number.MAX_SAFE_INTEGER })), []);
});
const indexes: NamedIndexes = {
  colour: (lamp) => [Object(lamp).colour],
  letters: (lamp) => [...new Set<string>(Object(lamp).colour)],
};

/** The same view, with indexes that are created by the first list, or by a list before its first message. */
const indexed = (isEarly: boolean) => {
  const view = createView(lampDecider, { indexes });
  if (isEarly) for (const name of Object.keys(indexes)) view.list({ limit: 1, where: { [name]: '' } });
  if (isEarly) view.list({ limit: 1, sort: { by: 'colour' } });
  for (const [index, [id, colour]] of lamps.entries()) view.apply(message(index + 1, id, lit(colour)));
  view.apply(message(10, 1, out));
  view.apply(message(11, 5, lit('blue')));
  return view;
};
const lamps = [
  [5, 'red'],
  [3, 'blue'],
  [9, 'red'],
  [1, 'red'],
  [7, 'green'],
] as const;

for (const isEarly of [false, true]) {
  const when = isEarly ? 'before' : 'after';
  listing(`has only entities with the wanted keys, if an index is created ${when} the messages`, () => {
    const view = indexed(isEarly);
    const find = (where: NonNullable<ListOptions['where']>, after = 0) =>
      ids(view.list({ limit: 10, after, where }));
    assert.equal(find({ colour: 'red' }), [9]);
    assert.equal(find({ colour: 'blue' }), [3, 5]);
    assert.equal(find({ colour: 'blue' }, 3), [5]);
    assert.equal(find({ letters: 'e' }), [3, 5, 7, 9]);
    assert.equal(find({ letters: 'e', colour: 'green' }), [7]);
    assert.equal(find({ colour: undefined }), [3, 5, 7, 9]);
    assert.equal(ids(view.list({ limit: 1, where: { letters: 'e' } })), [3]);
  });
  listing(`is sorted by the keys of an index that is created ${when} the messages, then by id`, () => {
    const view = indexed(isEarly);
    const sort = { by: 'colour', after: { key: 'blue', id: 3 } };
    assert.equal(ids(view.list({ limit: 10, sort: { by: 'colour' } })), [3, 5, 7, 9]);
    assert.equal(ids(view.list({ limit: 2, sort })), [5, 7]);
    assert.equal(ids(view.list({ limit: 10, sort, where: { letters: 'r' } })), [7, 9]);
  });
}
listing('has the same result while an index is built in the background', async () => {
  const view = createView(lampDecider, { indexes });
  const colours = ['red', 'blue', 'green'];
  for (let id = 1; id <= 20_000; id++) view.apply(message(id, id, lit(colours[id % 3] ?? '')));
  const list = () => [
    ids(view.list({ limit: 3, after: 10, where: { letters: 'b' } })),
    ids(view.list({ limit: 3, sort: { by: 'colour', after: { key: 'blue', id: 19_999 } } })),
    ids(view.list({ limit: 3, sort: { by: 'colour' } })),
  ];
  const early = list();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(list(), early);
  assert.equal(early, [
    [13, 16, 19],
    [2, 5, 8],
    [1, 4, 7],
  ]);
});
listing('throws for an unknown index', () =>
  assert.throws(() => several().list({ limit: 1, where: { size: '3' } }), /no index size/),
);
listing.run();

const capturing = suite('an image of a view');
const messages = [
  message(1, 7, lit('red'), 'a'),
  message(2, 8, lit('blue')),
  message(3, 8, out, 'b'),
  message(4, undefined, new Rejection('no id')),
];
const more = [
  message(5, 7, lit('green'), 'c'),
  message(6, 9, lit('red')),
  message(7, 9, new Rejection('not JSON')),
];

/** Converts a view to plain values that can be compared. */
function toPlainView(view: ReturnType<typeof viewOf>) {
  return {
    position: view.position,
    size: view.size,
    list: view.list({ limit: 100 }),
    found: [7, 8, 9].map(view.find),
    rejections: [...view.rejections()],
    rejectedCount: view.rejectedCount,
    messageIds: ['a', 'b', 'c'].map(view.positionOf),
  };
}

capturing('restores an equal view', () =>
  assert.equal(
    toPlainView(createView(lampDecider, { image: viewOf(...messages).capture() })),
    toPlainView(viewOf(...messages)),
  ),
);
capturing('restores a view that continues in the same way', () => {
  const restored = createView(lampDecider, { image: viewOf(...messages).capture() });
  for (const each of [...messages, ...more]) restored.apply(each);
  assert.equal(toPlainView(restored), toPlainView(viewOf(...messages, ...more)));
});
capturing('does not change when messages are applied later', () => {
  const view = viewOf(...messages);
  const image = view.capture();
  for (const each of more) view.apply(each);
  assert.equal(toPlainView(createView(lampDecider, { image })), toPlainView(viewOf(...messages)));
});
capturing('restores independent views', () => {
  const image = viewOf(...messages).capture();
  const changed = createView(lampDecider, { image });
  for (const each of more) changed.apply(each);
  assert.equal(toPlainView(createView(lampDecider, { image })), toPlainView(viewOf(...messages)));
});
capturing('identifies the last message', () => {
  const last = message(5, 8, lit('green'), 'e');
  const { position, time, nanoseconds, subject, messageId } = last;
  const expected = { position, time, nanoseconds, subject, messageId };
  const view = viewOf(...messages, last);
  assert.equal(view.capture().lastMessage, expected);
  assert.equal(createView(lampDecider, { image: view.capture() }).capture().lastMessage, expected);
});
capturing.run();
