import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { laptopEvents, type LaptopEvent } from '#contracts/laptops';
import { laptopDecider } from '../../src/laptops/laptop.ts';
import { Rejection } from '../../src/kit/domain/decider.ts';
import { defineEvents, type EventType, type Upcaster } from '../../src/kit/domain/event-schema.ts';
import type { StoredMessage } from '../../src/kit/domain/stored-message.ts';
import { decodeImage, describeFold, encodeImage } from '../../src/kit/eventlog/snapshot-image.ts';
import { createView, keptRejections, type View, type ViewImage } from '../../src/kit/eventlog/view.ts';

type Laptop = typeof laptopDecider.initial;
type LaptopView = View<Laptop, LaptopEvent>;
type LaptopImage = ViewImage<Laptop>;

type Given = { readonly id?: number; readonly content: LaptopEvent | Rejection; readonly messageId?: string };

function message(position: number, { id, content, messageId }: Given): StoredMessage<LaptopEvent> {
  const subject = `laptops.events.${id ?? 'x'}`;
  return { position, time: position * 1000, id, subject, messageId, commandDigest: undefined, content };
}

/** The view after these messages, at the positions 1, 2, 3 … */
function viewOf(...given: readonly Given[]): LaptopView {
  const view = createView(laptopDecider);
  for (const [index, each] of given.entries()) view.apply(message(index + 1, each));
  return view;
}

async function* inTurn(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

const linesOf = (image: LaptopImage) => [...encodeImage(image, laptopDecider.initial)];
const read = (lines: readonly string[]) => decodeImage(inTurn(lines), laptopDecider.initial);
const restore = async (image: LaptopImage) =>
  createView(laptopDecider, { image: await read(linesOf(image)) });

/** All that a view shows of itself, for these ids and message ids. */
function show(view: LaptopView, ids: readonly number[], messageIds: readonly string[]) {
  return {
    position: view.position,
    time: view.capture().time,
    size: view.size,
    list: view.list({ limit: Infinity }),
    found: ids.map(view.find),
    rejections: [...view.rejections()],
    rejectedCount: view.rejectedCount,
    messageIds: messageIds.map(view.positionOf),
  };
}

const added: LaptopEvent = { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' };
const removed: LaptopEvent = { type: 'LaptopRemoved' };
const given: readonly Given[] = [
  { id: 7, content: added, messageId: 'a' },
  { id: Number.MAX_SAFE_INTEGER, content: { type: 'LaptopAdded', title: '"é\u2028\n😀"', model: '\\' } },
  { id: 8, content: added, messageId: 'b' },
  { id: 8, content: removed },
  { id: 9, content: removed, messageId: 'c' },
  { content: new Rejection('no id'), messageId: 'd' },
  { id: 7, content: { type: 'PortFitted', portId: 3 } },
  { id: 7, content: { type: 'PortFitted', portId: 1 } },
];
const shownIds = [7, 8, 9, 10, Number.MAX_SAFE_INTEGER];
const shownMessageIds = ['a', 'b', 'c', 'd', 'e'];
const showAll = (view: LaptopView) => show(view, shownIds, shownMessageIds);

const roundTrip = suite('a view read back from its lines');

roundTrip('shows the same, and what it shows is what the messages say', async () => {
  const restored = await restore(viewOf(...given).capture());
  assert.equal(showAll(restored), showAll(viewOf(...given)));
  assert.is(restored.position, 8);
  assert.equal(restored.find(7).state, { title: 'Lenovo', model: 'S3', portIds: [3, 1] });
  assert.equal(
    restored.rejections().map(({ position }) => position),
    [5, 6],
  );
  assert.equal(shownMessageIds.map(restored.positionOf), [1, 3, 5, 6, undefined]);
});
roundTrip(
  'keeps the version of what was removed, and of what never was more than a refused message',
  async () => {
    const restored = await restore(viewOf(...given).capture());
    assert.equal(restored.find(8), { id: 8, state: laptopDecider.initial, version: 4 });
    assert.equal(restored.find(9), { id: 9, state: laptopDecider.initial, version: 5 });
  },
);
roundTrip('knows how many were refused beyond those that are kept', async () => {
  const many = Array.from({ length: keptRejections + 3 }, (): Given => ({ id: 1, content: removed }));
  const restored = await restore(viewOf(...many).capture());
  assert.is(restored.rejectedCount, keptRejections + 3);
  assert.is(restored.rejections().length, keptRejections);
  assert.is(restored.rejections()[0]?.position, 4);
});
roundTrip('has both generations of message ids', async () => {
  const messageIds = { old: { ids: ['a'], positions: [1] }, young: { ids: ['b'], positions: [2] } };
  const image = await read(linesOf({ ...viewOf(...given).capture(), messageIds }));
  assert.equal(image.messageIds, messageIds);
});
roundTrip.run();

const large = viewOf(
  ...Array.from({ length: 2500 }, (_, index): Given => ({
    id: index + 1,
    content: added,
    messageId: `m${index}`,
  })),
  { id: 1, content: added },
  { id: 1, content: removed },
);

/** How many things stand in a line: the elements of its lists. */
function countThings(line: string): number {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) throw new TypeError('a line is an object');
  return Object.values(parsed).reduce<number>(
    (sum, value) => sum + (Array.isArray(value) ? value.length : 0),
    0,
  );
}

const lines = suite('the lines of an image');

lines('are small, so that the writer can yield between them', () => {
  const counts = linesOf(large.capture()).map(countThings);
  assert.ok(Math.max(...counts) <= 1000);
  // 2500 laptops, as many message ids, and one rejection.
  assert.is(
    counts.reduce((sum, count) => sum + count, 0),
    5002,
  );
});
lines('do not change when the view goes on, not even between two of them', () => {
  const view = viewOf(...given);
  const image = view.capture();
  const before = linesOf(image);
  const slowly: string[] = [];
  let position = view.position;
  for (const line of encodeImage(image, laptopDecider.initial)) {
    slowly.push(line);
    for (const id of [7, 8, 1000 + position])
      view.apply(message((position += 1), { id, content: added, messageId: `later ${position}` }));
  }
  assert.equal(slowly, before);
  assert.equal(linesOf(image), before);
  assert.not.equal(linesOf(view.capture()), before);
});
lines.run();

const whole = linesOf(large.capture());
const refuses = async (broken: readonly string[]) => {
  const failure: unknown = await read(broken).then(
    () => 'it was read',
    (error: unknown) => error,
  );
  assert.instance(failure, Error);
};

const refusing = suite('lines that are not a whole image are refused');

refusing('there are enough of them to break', async () => {
  assert.ok(whole.length >= 9);
  assert.equal(showAll(createView(laptopDecider, { image: await read(whole) })), showAll(large));
});
refusing('cut off after any line', async () => {
  for (let length = 0; length < whole.length; length++) await refuses(whole.slice(0, length));
});
refusing('without any one of them', async () => {
  for (const index of whole.keys()) await refuses(whole.toSpliced(index, 1));
});
refusing('with any one of them twice', async () => {
  for (const [index, line] of whole.entries()) await refuses(whole.toSpliced(index, 0, line));
});
refusing('with any two neighbours in the other order', async () => {
  for (let index = 1; index < whole.length; index++)
    await refuses(whole.toSpliced(index - 1, 2, ...whole.slice(index - 1, index + 1).toReversed()));
});
refusing('with something after the end', () => refuses([...whole, '{}']));
refusing.run();

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
const someGiven = fc.record(
  { id: fc.integer({ min: 1, max: 5 }), content, messageId: fc.constantFrom('a', 'b', 'c', 'd', 'e') },
  { requiredKeys: ['content'] },
);

const property = suite('folding');

property('some messages, restoring that, and folding the rest is folding all', () =>
  fc.assert(
    fc.asyncProperty(fc.array(someGiven, { maxLength: 40 }), fc.nat(40), async (messages, at) => {
      const first = messages.slice(0, at);
      const restored = await restore(viewOf(...first).capture());
      // All of them: what it has seen already changes nothing.
      for (const [index, each] of messages.entries()) restored.apply(message(index + 1, each));
      assert.equal(showAll(restored), showAll(viewOf(...messages)));
      assert.equal(linesOf(restored.capture()), linesOf(viewOf(...messages).capture()));
    }),
    { numRuns: 300 },
  ),
);
property.run();

const ping = (schema: EventType['schema'], ...upcasters: Upcaster[]) =>
  defineEvents({ Ping: { schema, older: upcasters.map((upcast) => ({ schema, upcast })) } });
const Ping = z.object({ type: z.literal('Ping'), count: z.int().min(1) });
const pingDecider = { initial: 0, decide: () => [], evolve: (count: number) => count + 1 };

const describing = suite('the description of a fold');
const describePing = (events = ping(Ping), decider: typeof pingDecider = pingDecider) =>
  describeFold(decider, events);

describing('is the same for the same fold', () => {
  assert.is(describePing(ping(Ping), { ...pingDecider }), describePing());
  assert.is(describeFold(laptopDecider, laptopEvents), describeFold(laptopDecider, laptopEvents));
  assert.is(describePing(ping(Ping), { ...pingDecider, decide: () => [] }), describePing());
});
describing('differs when evolve does something else, or begins with another state', () => {
  assert.is.not(describePing(ping(Ping), { ...pingDecider, evolve: (count) => count + 2 }), describePing());
  assert.is.not(describePing(ping(Ping), { ...pingDecider, initial: 1 }), describePing());
});
describing('differs when the shape of an event does, or there is another one', () => {
  for (const other of [
    z.object({ type: z.literal('Ping'), count: z.int().min(2) }),
    z.object({ type: z.literal('Ping'), count: z.int().min(1).optional() }),
    z.object({ type: z.literal('Ping'), count: z.int().min(1), more: z.string() }),
  ])
    assert.is.not(describePing(ping(other)), describePing());
  const more = defineEvents({ Ping: { schema: Ping }, Pong: { schema: Ping } });
  assert.is.not(describeFold(pingDecider, more), describePing());
});
describing('differs when an upcaster is there, or does something else', () => {
  const one = describePing(ping(Ping, (old) => ({ ...old, count: 1 })));
  assert.is.not(one, describePing());
  assert.is.not(one, describePing(ping(Ping, (old) => ({ ...old, count: 2 }))));
  assert.is(one, describePing(ping(Ping, (old) => ({ ...old, count: 1 }))));
  const older = [
    { schema: Ping.extend({ by: z.string() }), upcast: (old: object) => ({ ...old, count: 1 }) },
  ];
  const inAnotherShape = defineEvents({ Ping: { schema: Ping, older } });
  assert.is.not(one, describeFold(pingDecider, inAnotherShape));
});
describing.run();
