import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopContract, type Laptop as ExistingLaptop, type LaptopEvent } from '#contracts/laptops';
import { Rejection, type Fold } from '../../src/kit/domain/decider.ts';
import type { StoredMessage } from '../../src/kit/domain/stored-message.ts';
import { decodeImage, encodeImage } from '../../src/kit/eventlog/view/snapshot-image.ts';
import { createView, maxRejections, type View, type ViewImage } from '../../src/kit/eventlog/view/view.ts';

type Laptop = ExistingLaptop | undefined;
type LaptopView = View<Laptop, LaptopEvent>;
type LaptopImage = ViewImage<Laptop>;

type SampleMessage = {
  readonly id?: number;
  readonly content: LaptopEvent | Rejection;
  readonly messageId?: string;
};

function message(position: number, { id, content, messageId }: SampleMessage): StoredMessage<LaptopEvent> {
  const subject = `laptops.events.${id ?? 'x'}`;
  const time = position * 1000;
  return { position, time, nanoseconds: 1, id, subject, messageId, commandDigest: undefined, content };
}

/** Returns a view that has applied these messages at the positions 1, 2, 3 … */
function viewOf(...messages: readonly SampleMessage[]): LaptopView {
  const view = createView(laptopContract.fold);
  for (const [index, each] of messages.entries()) view.apply(message(index + 1, each));
  return view;
}

async function* toAsyncIterable(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

const linesOf = (image: LaptopImage) => [...encodeImage(image, laptopContract.fold.initial)];
const read = (lines: readonly string[]) => decodeImage(toAsyncIterable(lines), laptopContract.fold.initial);
const restore = async (image: LaptopImage) =>
  createView(laptopContract.fold, { image: await read(linesOf(image)) });

/** Everything that a view exposes, for these ids and message ids. */
function exposedParts(view: LaptopView, ids: readonly number[], messageIds: readonly string[]) {
  return {
    position: view.position,
    lastMessage: view.capture().lastMessage,
    size: view.size,
    list: view.list({ limit: Infinity }),
    found: ids.map(view.find),
    rejections: [...view.rejections()],
    rejectedCount: view.rejectedCount,
    timeline: view.timeline(),
    messageIds: messageIds.map(view.positionOf),
  };
}

const added: LaptopEvent = { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' };
const removed: LaptopEvent = { type: 'LaptopRemoved' };
const sampleMessages: readonly SampleMessage[] = [
  { id: 7, content: added, messageId: 'a' },
  { id: Number.MAX_SAFE_INTEGER, content: { type: 'LaptopAdded', title: '"é\u2028\n😀"', model: '\\' } },
  { id: 8, content: added, messageId: 'b' },
  { id: 8, content: removed },
  { id: 9, content: removed, messageId: 'c' },
  { content: new Rejection('no id'), messageId: 'd' },
  { id: 7, content: { type: 'PortFitted', portId: 3 } },
  { id: 7, content: { type: 'PortFitted', portId: 1 } },
];
const sampleIds = [7, 8, 9, 10, Number.MAX_SAFE_INTEGER];
const sampleMessageIds = ['a', 'b', 'c', 'd', 'e'];
const exposed = (view: LaptopView) => exposedParts(view, sampleIds, sampleMessageIds);

const roundTrip = suite('a view restored from an image');

roundTrip('is equal to the original view', async () => {
  const restored = await restore(viewOf(...sampleMessages).capture());
  assert.equal(exposed(restored), exposed(viewOf(...sampleMessages)));
  assert.is(restored.position, 8);
  assert.equal(restored.find(7).state, { title: 'Lenovo', model: 'S3', portIds: [3, 1] });
  assert.equal(
    restored.rejections().map(({ position }) => position),
    [5, 6],
  );
  assert.equal(sampleMessageIds.map(restored.positionOf), [1, 3, 5, 6, undefined]);
});
roundTrip('has the versions of removed entities and of ids with only rejected messages', async () => {
  const restored = await restore(viewOf(...sampleMessages).capture());
  assert.equal(restored.find(8), { id: 8, state: laptopContract.fold.initial, version: 4 });
  assert.equal(restored.find(9), { id: 9, state: laptopContract.fold.initial, version: 5 });
});
roundTrip('has the total number of rejected messages and the latest of them', async () => {
  const many = Array.from({ length: maxRejections + 3 }, (): SampleMessage => ({ id: 1, content: removed }));
  const restored = await restore(viewOf(...many).capture());
  assert.is(restored.rejectedCount, maxRejections + 3);
  assert.is(restored.rejections().length, maxRejections);
  assert.is(restored.rejections()[0]?.position, 4);
});
roundTrip('has both generations of message ids', async () => {
  const messageIds = { old: { ids: ['a'], positions: [1] }, young: { ids: ['b'], positions: [2] } };
  const image = await read(linesOf({ ...viewOf(...sampleMessages).capture(), messageIds }));
  assert.equal(image.messageIds, messageIds);
});
roundTrip('has the checkpoints of long histories, and continues to count messages', async () => {
  const many = Array.from({ length: 749 }, (_, index): SampleMessage => ({
    id: 7,
    content: index % 2 === 0 ? added : removed,
  }));
  const view = viewOf(...many);
  const restored = await restore(view.capture());
  const fitted = message(750, { id: 7, content: { type: 'PortFitted', portId: 1 } });
  for (const each of [view, restored]) each.apply(fitted);
  for (const position of [249, 250, 749, 750])
    assert.equal(restored.lastCheckpoint(7, position), view.lastCheckpoint(7, position));
  assert.equal(restored.lastCheckpoint(7, 749), { id: 7, state: laptopContract.fold.initial, version: 500 });
  assert.equal(restored.lastCheckpoint(7, 750).state, { title: 'Lenovo', model: 'S3', portIds: [1] });
  assert.equal(linesOf(restored.capture()), linesOf(view.capture()));
});
roundTrip('does not list removed entities if the initial state of the fold is an object', async () => {
  const initial = { title: '' };
  const fold: Fold<{ title: string }, LaptopEvent> = {
    initial,
    evolve: (_state, event) => (event.type === 'LaptopAdded' ? { title: event.title } : initial),
  };
  const view = createView(fold);
  for (const [index, each] of [added, added, removed].entries())
    view.apply(message(index + 1, { id: Math.min(index + 1, 2), content: each }));
  const lines = toAsyncIterable([...encodeImage(view.capture(), initial)]);
  const restored = createView(fold, { image: await decodeImage(lines, initial) });
  assert.equal(restored.list({ limit: 10 }), [{ id: 1, state: { title: 'Lenovo' }, version: 1 }]);
  assert.is(restored.find(2).state, initial);
});
roundTrip.run();

const large = viewOf(
  ...Array.from({ length: 2500 }, (_, index): SampleMessage => ({
    id: index + 1,
    content: added,
    messageId: `m${index}`,
  })),
  { id: 1, content: added },
  { id: 1, content: removed },
);

/** Returns the number of array elements in a line. */
function countElements(line: string): number {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) throw new TypeError('a line must be an object');
  return Object.values(parsed).reduce<number>(
    (sum, value) => sum + (Array.isArray(value) ? value.length : 0),
    0,
  );
}

const lines = suite('the lines of an image');

lines('have at most 1000 elements each, so that the writer can yield between them', () => {
  const counts = linesOf(large.capture()).map(countElements);
  assert.ok(Math.max(...counts) <= 1000);
  // 2500 laptops in four arrays, as many message ids, and one rejection.
  assert.is(
    counts.reduce((sum, count) => sum + count, 0),
    12_502,
  );
});
lines('are not generated for a state that JSON does not preserve, and the error names the entity', () => {
  const view = createView<unknown, LaptopEvent>({ initial: undefined, evolve: () => new Date(0) });
  view.apply(message(1, { id: 7, content: added }));
  assert.throws(
    () => [...encodeImage(view.capture(), undefined)],
    /^the state of entity 7 is not JSON: Date$/,
  );
});
lines('do not change when the view advances, even while they are being generated', () => {
  const view = viewOf(...sampleMessages);
  const image = view.capture();
  const before = linesOf(image);
  const slowly: string[] = [];
  let position = view.position;
  for (const line of encodeImage(image, laptopContract.fold.initial)) {
    slowly.push(line);
    for (const id of [7, 8, 1000 + position])
      view.apply(message((position += 1), { id, content: added, messageId: `later ${position}` }));
  }
  assert.equal(slowly, before);
  assert.equal(linesOf(image), before);
  assert.not.equal(linesOf(view.capture()), before);
});
lines.run();

const completeLines = linesOf(large.capture());
const assertRejected = async (broken: readonly string[]) => {
  const failure: unknown = await read(broken).then(
    () => 'the image was read',
    (error: unknown) => error,
  );
  assert.is(failure instanceof Error && failure.message, 'the snapshot is incomplete or corrupt');
};

const corruptImages = suite('an incomplete or corrupt image');

corruptImages('is made from a readable image of at least nine lines', async () => {
  assert.ok(completeLines.length >= 9);
  assert.equal(
    exposed(createView(laptopContract.fold, { image: await read(completeLines) })),
    exposed(large),
  );
});
corruptImages('is rejected if it ends after any line but the last', async () => {
  for (let length = 0; length < completeLines.length; length++)
    await assertRejected(completeLines.slice(0, length));
});
corruptImages('is rejected if any line is missing', async () => {
  for (const index of completeLines.keys()) await assertRejected(completeLines.toSpliced(index, 1));
});
corruptImages('is rejected if any line is duplicated', async () => {
  for (const [index, line] of completeLines.entries())
    await assertRejected(completeLines.toSpliced(index, 0, line));
});
corruptImages('is rejected if any two adjacent lines are swapped', async () => {
  for (let index = 1; index < completeLines.length; index++)
    await assertRejected(
      completeLines.toSpliced(index - 1, 2, ...completeLines.slice(index - 1, index + 1).toReversed()),
    );
});
corruptImages('is rejected if a line follows the end', () => assertRejected([...completeLines, '{}']));
corruptImages('is rejected if it has no position', async () => {
  const [head = '', ...rest] = completeLines;
  await assertRejected([head.replace(/"position":\d+,/, ''), ...rest]);
});
corruptImages('is rejected if it ends twice', () => {
  const { length } = completeLines;
  return assertRejected([...completeLines, JSON.stringify({ number: length, end: 2500 })]);
});
corruptImages.run();

const content = fc.oneof(
  fc.record({ type: fc.constant('LaptopAdded' as const), title: fc.string(), model: fc.string() }),
  fc.record({ type: fc.constant('LaptopRevised' as const), title: fc.string() }),
  fc.record({
    type: fc.constantFrom('PortFitted' as const, 'PortUnfitted' as const),
    portId: fc.integer({ min: 1, max: 3 }),
  }),
  fc.constant<LaptopEvent>(removed),
  fc.string().map((reason) => new Rejection(reason)),
);
const arbitraryMessage = fc.record(
  { id: fc.integer({ min: 1, max: 5 }), content, messageId: fc.constantFrom('a', 'b', 'c', 'd', 'e') },
  { requiredKeys: ['content'] },
);

const restores = suite('a view restored from an image of arbitrary messages');

restores('equals a view that was never restored, once it has applied the remaining messages', () =>
  fc.assert(
    fc.asyncProperty(fc.array(arbitraryMessage, { maxLength: 40 }), fc.nat(40), async (messages, at) => {
      const first = messages.slice(0, at);
      const restored = await restore(viewOf(...first).capture());
      // Applies all messages: the view ignores those up to its position.
      for (const [index, each] of messages.entries()) restored.apply(message(index + 1, each));
      assert.equal(exposed(restored), exposed(viewOf(...messages)));
      assert.equal(linesOf(restored.capture()), linesOf(viewOf(...messages).capture()));
    }),
    { numRuns: 300 },
  ),
);
restores.run();
