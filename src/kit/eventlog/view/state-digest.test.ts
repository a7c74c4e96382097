import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { storedMessage } from '../../../../test/support/memory-store.ts';
import type { Fold } from '../../domain/decider.ts';
import { Rejection } from '../../domain/decider.ts';
import type { StoredMessage } from '../../domain/stored-message.ts';
import { decodeImage, encodeImage } from './snapshot-image.ts';
import { captureAt, stateLines } from './state-digest.ts';
import { createView } from './view.ts';

type State = { readonly note?: string | undefined; readonly title: string } | undefined;
type Event = { readonly type: 'Titled'; readonly title: string };

/** The first event leaves `note` undefined, which a snapshot does not store. */
const fold: Fold<State, Event> = {
  initial: undefined,
  evolve: (state, { title }) => ({
    ...(state ?? { note: undefined }),
    title,
    ...(state && { note: 'seen' }),
  }),
};

const message = (position: number, changes: Partial<StoredMessage<Event>> = {}) =>
  storedMessage<Event>(
    position,
    { type: 'Titled', title: `Title ${position}` },
    { messageId: `m${position}`, ...changes },
  );

function viewOf(...messages: readonly StoredMessage<Event>[]) {
  const view = createView(fold);
  for (const each of messages) view.apply(each);
  return view;
}

const linesOf = (view: ReturnType<typeof viewOf>) => [...stateLines(view.capture(), fold.initial)];

const lines = suite('stateLines');

lines('are equal after a full replay and after a start from a snapshot', async () => {
  const rejected = message(2, { content: new Rejection('no event') });
  const early = viewOf(message(1), rejected, message(3, { id: 7 })).capture();
  async function* stored() {
    yield* encodeImage(early, fold.initial);
  }
  const restored = createView(fold, { image: await decodeImage(stored(), fold.initial) });
  restored.apply(message(4));
  const replayed = viewOf(message(1), rejected, message(3, { id: 7 }), message(4));
  // The same keys in the same order.
  const keysOf = (view: typeof restored) => Object.keys(view.find(1).state ?? {});
  assert.equal(
    [keysOf(restored), keysOf(replayed)],
    [
      ['title', 'note'],
      ['title', 'note'],
    ],
  );
  assert.equal(linesOf(restored), linesOf(replayed));
});

for (const [difference, other] of [
  ['the state of an entity', message(2, { content: { type: 'Titled', title: 'Other' } })],
  ['the id of an entity', message(2, { id: 2 })],
  ['a rejection', message(2, { content: new Rejection('no event') })],
  ['the time of the last message', message(2, { nanoseconds: 1 })],
  ['the id of a message', message(2, { messageId: 'other' })],
] as const) {
  lines(`depend on ${difference}`, () => {
    assert.not.equal(linesOf(viewOf(message(1), message(2))), linesOf(viewOf(message(1), other)));
  });
}

lines('depend on the id of an earlier message', () => {
  const other = message(1, { messageId: 'other' });
  assert.not.equal(linesOf(viewOf(message(1), message(2))), linesOf(viewOf(other, message(2))));
});

lines('distinguish a removed entity from one with the same state', () => {
  const image = viewOf(message(1)).capture();
  const state = image.entries.get(1)?.state;
  assert.not.equal([...stateLines(image, state)], [...stateLines(image, { ...state, title: 'Title 1' })]);
});

lines('contain states as JSON, in the order of their keys and items', () => {
  const state = { b: [{ d: 1, c: null }, 'x'], a: { f: true, e: 2 } };
  const view = createView<unknown, Event>({ initial: undefined, evolve: () => state });
  view.apply(message(1));
  assert.equal([...stateLines(view.capture(), undefined)].slice(0, 2), [
    '[1,1000,0,"lamps.events.1","m1"]',
    '[[1,1,{"b":[{"d":1,"c":null},"x"],"a":{"f":true,"e":2}}]]',
  ]);
});

lines('are none for an empty view', () => assert.equal(linesOf(viewOf()), []));

lines('do not depend on the reason of a rejection', () => {
  const rejectedFor = (reason: string) => viewOf(message(1, { content: new Rejection(reason) }));
  assert.equal(linesOf(rejectedFor('one')), linesOf(rejectedFor('two')));
});

lines.run();

const capturing = suite('captureAt');

capturing('returns the state of the position if several messages are applied at once', async () => {
  const view = viewOf(message(1));
  const captured = captureAt(view, 3, 10_000);
  for (const position of [2, 3, 4]) view.apply(message(position));
  const image = await captured;
  assert.is(image?.position, 3);
  assert.equal(image?.entries.get(1)?.state?.title, 'Title 3');
});
capturing('returns the current state if it has the position', async () => {
  assert.is((await captureAt(viewOf(message(1)), 1, 10_000))?.position, 1);
});
capturing('returns undefined if the view is past the position, or does not reach it in time', async () => {
  const view = viewOf(message(1), message(2));
  assert.is(await captureAt(view, 1, 10_000), undefined);
  assert.is(await captureAt(view, 3, 1), undefined);
});
capturing('returns undefined if the stream has no message at the position', async () => {
  const view = viewOf(message(1));
  const captured = captureAt(view, 2, 10_000);
  view.apply(message(3));
  assert.is(await captured, undefined);
});

capturing.run();
