import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rejection, type Decider } from '../domain/decider.ts';
import type { StoredMessage } from '../domain/stored-message.ts';
import { createView, maxRejections } from './view.ts';

type Lamp = { readonly colour: string } | undefined;
type LampEvent = { readonly type: 'Lit'; readonly colour: string } | { readonly type: 'Out' };

const lampDecider: Decider<Lamp, never, LampEvent> = {
  initial: undefined,
  decide: () => [],
  evolve(lamp, event) {
    if (event.type === 'Lit') return { colour: event.colour };
    return lamp === undefined ? new Rejection('it is out already') : undefined;
  },
};

function message(
  position: number,
  id: number | undefined,
  content: LampEvent | Rejection,
  messageId?: string,
): StoredMessage<LampEvent> {
  const subject = `lamps.events.${id ?? 'x'}`;
  return { position, time: position * 1000, id, subject, messageId, commandDigest: undefined, content };
}

const lit = (colour: string): LampEvent => ({ type: 'Lit', colour });
const out: LampEvent = { type: 'Out' };

function viewOf(...messages: StoredMessage<LampEvent>[]) {
  const view = createView(lampDecider);
  for (const each of messages) view.apply(each);
  return view;
}

const applying = suite('a view is the fold of the messages that it was given');

applying('an entity has its state, and the position of its last message as its version', () => {
  const view = viewOf(message(1, 7, lit('red')), message(2, 8, lit('blue')), message(5, 7, lit('green')));
  assert.equal(view.find(7), { id: 7, state: { colour: 'green' }, version: 5 });
  assert.equal(view.find(8), { id: 8, state: { colour: 'blue' }, version: 2 });
  assert.is(view.position, 5);
  assert.is(view.size, 2);
});
applying('one that never had a message is as it was in the beginning', () =>
  assert.equal(viewOf().find(7), { id: 7, state: undefined, version: 0 }),
);
applying('one that is gone keeps its version', () => {
  const view = viewOf(message(1, 7, lit('red')), message(3, 7, out));
  assert.equal(view.find(7), { id: 7, state: undefined, version: 3 });
  assert.is(view.size, 1);
});
applying('a message that comes again changes nothing', () => {
  const view = viewOf(message(1, 7, lit('red')), message(2, 7, lit('blue')));
  view.apply(message(1, 7, lit('red')));
  view.apply(message(2, undefined, new Rejection('not JSON')));
  assert.equal(view.find(7), { id: 7, state: { colour: 'blue' }, version: 2 });
  assert.is(view.rejectedCount, 0);
});
applying('whoever waits for a position sees it applied', async () => {
  const view = viewOf();
  const seen = view.reached(1, 60_000).then((reached) => [reached, view.find(7).version]);
  view.apply(message(1, 7, lit('red')));
  assert.equal(await seen, [true, 1]);
});
applying('a gap in the stream is passed over', async () => {
  const view = viewOf(message(1, 7, lit('red')));
  view.skipTo(9);
  assert.is(await view.reached(9, 0), true);
  assert.is(view.position, 9);
  view.apply(message(9, 7, lit('blue')));
  assert.is(view.find(7).version, 1);
});
applying('a message id leads to its position, also when the message was refused', () => {
  const view = viewOf(message(1, 7, lit('red'), 'a'), message(2, 7, new Rejection('not JSON'), 'b'));
  assert.is(view.positionOf('a'), 1);
  assert.is(view.positionOf('b'), 2);
  assert.is(view.positionOf('c'), undefined);
});
applying.run();

const rejecting = suite('what the fold refuses changes no state');

rejecting('but counts for the version, because the broker counts it', () => {
  const view = viewOf(message(1, 7, lit('red')), message(2, 7, new Rejection('not JSON')));
  assert.equal(view.find(7), { id: 7, state: { colour: 'red' }, version: 2 });
});
rejecting('also for an entity that is not there', () => {
  const view = viewOf(message(1, 7, out));
  assert.equal(view.find(7), { id: 7, state: undefined, version: 1 });
  assert.equal(view.list({ limit: 10 }), []);
});
rejecting('and is listed with its position, time, subject and reason, oldest first', () => {
  const view = viewOf(message(1, 7, out), message(2, undefined, new Rejection('no id')));
  assert.equal(view.rejections(), [
    { position: 1, time: 1000, subject: 'lamps.events.7', reason: 'it is out already' },
    { position: 2, time: 2000, subject: 'lamps.events.x', reason: 'no id' },
  ]);
  assert.is(view.rejectedCount, 2);
  assert.is(view.size, 1);
});
rejecting('of many, the newest are kept and all are counted', () => {
  const view = viewOf();
  for (let position = 1; position <= maxRejections + 5; position++) view.apply(message(position, 7, out));
  assert.is(view.rejectedCount, maxRejections + 5);
  assert.is(view.rejections().length, maxRejections);
  assert.is(view.rejections()[0]?.position, 6);
  assert.is(view.rejections().at(-1)?.position, maxRejections + 5);
});
rejecting.run();

const listing = suite('the list holds what is there, in the order of the ids');
const ids = (entities: readonly { readonly id: number }[]) => entities.map(({ id }) => id);
const several = () =>
  viewOf(
    message(1, 30, lit('red')),
    message(2, 4, lit('blue')),
    message(3, Number.MAX_SAFE_INTEGER, lit('red')),
    message(4, 5, lit('red')),
    message(5, 5, out),
  );

listing('by number, not by text', () =>
  assert.equal(ids(several().list({ limit: 10 })), [4, 30, Number.MAX_SAFE_INTEGER]),
);
listing('each with its state and version', () =>
  assert.equal(several().list({ limit: 1 }), [{ id: 4, state: { colour: 'blue' }, version: 2 }]),
);
listing('no more than asked for', () => {
  assert.equal(ids(several().list({ limit: 2 })), [4, 30]);
  assert.equal(ids(several().list({ limit: 0 })), []);
});
listing('only beyond the id that is given', () => {
  assert.equal(ids(several().list({ limit: 10, after: 4 })), [30, Number.MAX_SAFE_INTEGER]);
  assert.equal(ids(several().list({ limit: 10, after: 29 })), [30, Number.MAX_SAFE_INTEGER]);
  assert.equal(ids(several().list({ limit: 10, after: Number.MAX_SAFE_INTEGER })), []);
});
listing('only what matches, and the limit counts matches', () =>
  assert.equal(ids(several().list({ limit: 2, matches: (lamp) => lamp?.colour === 'red' })), [
    30,
    Number.MAX_SAFE_INTEGER,
  ]),
);
listing.run();

const capturing = suite('an image is the whole view at one position');
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

/** All that a view shows of itself. */
function show(view: ReturnType<typeof viewOf>) {
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

capturing('a view made from it shows the same', () =>
  assert.equal(
    show(createView(lampDecider, { image: viewOf(...messages).capture() })),
    show(viewOf(...messages)),
  ),
);
capturing('and goes on the same', () => {
  const restored = createView(lampDecider, { image: viewOf(...messages).capture() });
  for (const each of [...messages, ...more]) restored.apply(each);
  assert.equal(show(restored), show(viewOf(...messages, ...more)));
});
capturing('what comes later does not show in it', () => {
  const view = viewOf(...messages);
  const image = view.capture();
  for (const each of more) view.apply(each);
  assert.equal(show(createView(lampDecider, { image })), show(viewOf(...messages)));
});
capturing('two views made from it are independent', () => {
  const image = viewOf(...messages).capture();
  const changed = createView(lampDecider, { image });
  for (const each of more) changed.apply(each);
  assert.equal(show(createView(lampDecider, { image })), show(viewOf(...messages)));
});
capturing('it says when its last message was stored', () => {
  assert.is(viewOf(...messages).capture().time, 4000);
  assert.is(createView(lampDecider, { image: viewOf(...messages).capture() }).capture().time, 4000);
});
capturing.run();
