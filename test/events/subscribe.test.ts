/** The typed subscriber over NATS: start positions, ordering, at-least-once delivery, and recovery from broker restarts. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AckPolicy } from '@nats-io/jetstream';
import type { LiveEvent, RejectedMessage } from '../../src/kit/api/responses/documents.ts';
import type { LaptopEvent } from '#contracts/laptops';
import { subscribeToLaptops } from '../../src/laptops/subscribe.ts';
import { subscribeToPorts } from '../../src/ports/subscribe.ts';
import type { SubscribeOptions } from '../../src/kit/subscriber/options.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
const natsUrl = broker.url;
const timeoutMs = 60_000;

/** Starts a subscription that records events and rejected messages. */
async function subscribe(options: Partial<SubscribeOptions<LaptopEvent>> = {}) {
  const events: LiveEvent<LaptopEvent>[] = [];
  const rejected: RejectedMessage[] = [];
  const subscription = await subscribeToLaptops({
    natsUrl,
    onEvent: (event) => void events.push(event),
    onRejected: (message) => void rejected.push(message),
    ...options,
  });
  const positions = () => events.map(({ position }) => position);
  return {
    subscription,
    events,
    rejected,
    positions,
    awaitPositions: (expected: readonly number[]) =>
      eventually(() => assert.equal(positions(), expected), timeoutMs),
  };
}

const publish = (...messages: readonly { subject: string; payload: string }[]) => publishAll(nc, messages);
const readLast = async () => (await jsm.streams.info('LAPTOPS')).state.last_seq;
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const [first = 0, second = 0] = await publish(laptopAdded(1), laptopAdded(2));

const startPositions = suite('a subscription');

startPositions('starts at the beginning, at a position, or after a time', async () => {
  const all = await subscribe({ from: 0 });
  await all.awaitPositions([first, second]);
  const [, later] = all.events;
  const some = await subscribe({ from: second });
  await some.awaitPositions([second]);
  const timed = await subscribe({ from: new Date(0) });
  await timed.awaitPositions([first, second]);

  const between = new Date(Date.parse(later?.time ?? '') + 1);
  await eventually(() => assert.ok(Date.now() > between.getTime()));
  const [third = 0] = await publish(laptopAdded(3));
  const recent = await subscribe({ from: between });
  await recent.awaitPositions([third]);
  await Promise.all([all, some, timed, recent].map(({ subscription }) => subscription.stop()));
});
startPositions('delivers only new events by default', async () => {
  const { subscription, awaitPositions } = await subscribe();
  const [position = 0] = await publish(laptopAdded(4));
  await awaitPositions([position]);
  await subscription.stop();
  assert.is(subscription.position, position);
});
startPositions('starts at a future position without delivering earlier events', async () => {
  const { subscription, positions, awaitPositions } = await subscribe({ from: (await readLast()) + 1 });
  assert.equal(positions(), []);
  const added = await publish(laptopAdded(5));
  await awaitPositions(added);
  await subscription.stop();
});
startPositions.run();

const delivery = suite('a subscription');

delivery('delivers upcast events with their position, time and id', async () => {
  const events: unknown[] = [];
  const ports = await subscribeToPorts({
    natsUrl,
    onEvent: (event) => void events.push(event),
  });
  await publish({
    subject: 'ports.events.7',
    payload: '{"type":"PortRenamed","name":"USB-C","colour":"grey"}',
  });
  await eventually(() => assert.is(events.length, 1));
  const [event] = events;
  assert.match(JSON.stringify(event), /^\{"position":1,"time":"20[0-9T:.-]+Z","id":7,"event":\{/);
  assert.match(JSON.stringify(event), '"event":{"type":"PortRenamed","name":"USB-C","from":null}');
  await ports.stop();
});
delivery('reports messages that are not known events, with the reason, and continues', async () => {
  for (const durable of [undefined, { name: 'reports' }]) {
    const { subscription, rejected, awaitPositions } = await subscribe({ ...(durable && { durable }) });
    const positions = await publish(
      { subject: 'laptops.events.8', payload: 'hello' },
      { subject: 'laptops.events.8', payload: '{"type":"LaptopStolen"}' },
      { subject: 'laptops.events.eight', payload: '{"type":"LaptopRemoved"}' },
      laptopAdded(8),
    );
    await awaitPositions(positions.slice(3));
    assert.equal(
      rejected.map(({ position, subject, reason }) => [position, subject, reason]),
      [
        [positions[0], 'laptops.events.8', 'not JSON'],
        [positions[1], 'laptops.events.8', 'unknown event type "LaptopStolen"'],
        [positions[2], 'laptops.events.eight', 'the subject does not end in an id (1, 2, 3 …)'],
      ],
    );
    await subscription.stop();
  }
});
delivery(
  'delivers one event at a time, and `stop` waits for the event in progress without delivering another',
  async () => {
    let finish: () => void = () => undefined;
    const calls: string[] = [];
    const { subscription } = await subscribe({
      async onEvent({ position }) {
        calls.push(`begin ${position}`);
        await new Promise<void>((resolve) => (finish = resolve));
        calls.push(`end ${position}`);
      },
    });
    const [position] = await publish(laptopAdded(9), laptopAdded(10));
    await eventually(() => assert.equal(calls, [`begin ${position}`]));
    const stopped = subscription.stop();
    finish();
    await stopped;
    assert.equal(calls, [`begin ${position}`, `end ${position}`]);
    await subscription.ended;
  },
);
delivery.run();

const ordered = suite('a subscription without a durable consumer');

ordered('delivers every message once and in order across broker restarts', async () => {
  const last = await readLast();
  const { subscription, awaitPositions } = await subscribe();
  await publish(...range(100, 400).map((id) => laptopAdded(id)));
  await broker.kill();
  await broker.restart();
  await eventually(() => publish(laptopAdded(401)), timeoutMs);
  await awaitPositions(range(last + 1, await readLast()));
  await subscription.stop();
});
ordered('ends when `onEvent` fails, with `position` at the last handled message', async () => {
  const { subscription } = await subscribe({
    onEvent: ({ id }) => {
      if (id === 12) throw new Error('no room');
    },
  });
  const [before] = await publish(laptopAdded(11), laptopAdded(12));
  const error = await subscription.ended.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.match(String(error), 'no room');
  assert.is(subscription.position, before);
});
ordered('delivers all messages to a slow subscriber when the backlog exceeds its queue', async () => {
  const last = await readLast();
  await publish(...range(20_000, 45_000).map((id) => laptopAdded(id)));
  let lastSeen = last;
  const { subscription } = await subscribe({
    from: last + 1,
    async onEvent({ position }) {
      assert.is(position, lastSeen + 1);
      lastSeen = position;
      if (position % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    },
  });
  const end = await readLast();
  await eventually(() => assert.is(lastSeen, end), timeoutMs);
  await subscription.stop();
});
ordered.run();

const durable = suite('a subscription with a durable consumer');

durable('resumes where the previous subscription stopped', async () => {
  const options = { durable: { name: 'resumes' } };
  const first = await subscribe({ ...options, from: (await readLast()) + 1 });
  const before = await publish(laptopAdded(50_000), laptopAdded(50_001));
  await first.awaitPositions(before);
  await first.subscription.stop();
  const missed = await publish(laptopAdded(50_002));
  // `from` is ignored because the consumer exists.
  const second = await subscribe({ ...options, from: 0 });
  await second.awaitPositions(missed);
  assert.is(second.subscription.position, missed[0]);
  await second.subscription.stop();
});
durable('retries a failed event before it delivers later ones', async () => {
  const handled: number[] = [];
  const { subscription } = await subscribe({
    durable: { name: 'retries', retryMs: 20 },
    onEvent({ position }) {
      handled.push(position);
      if (handled.length < 3) throw new Error('not yet');
    },
  });
  const [a, b] = await publish(laptopAdded(50_010), laptopAdded(50_011));
  await eventually(() => assert.equal(handled, [a, a, a, b]), timeoutMs);
  await subscription.stop();
});
durable(
  'reports an event once, with the last error, after `maxAttempts` failures, and continues',
  async () => {
    const attempts: number[] = [];
    const errors: unknown[] = [];
    const { subscription, rejected } = await subscribe({
      durable: { name: 'poison', retryMs: 10, maxAttempts: 3 },
      onEvent({ position, id }) {
        attempts.push(position);
        if (id === 50_020) throw new Error('poison');
      },
      onRejected: (message, error) => void errors.push(message, error),
    });
    const [bad, good] = await publish(laptopAdded(50_020), laptopAdded(50_021));
    await eventually(() => assert.equal(attempts, [bad, bad, bad, good]), timeoutMs);
    assert.equal(rejected, []);
    assert.is(errors.length, 2);
    assert.match(JSON.stringify(errors[0]), 'failed after 3 attempts: poison');
    assert.match(String(errors[1]), 'poison');
    await subscription.stop();
    // A later subscription does not retry it either.
    const next = await subscribe({ durable: { name: 'poison' } });
    const after = await publish(laptopAdded(50_022));
    await next.awaitPositions(after);
    await next.subscription.stop();
  },
);
durable('ends when `onRejected` fails, and delivers the message again later', async () => {
  const options = { durable: { name: 'fails-closed', confirmWithinMs: 500 } };
  const first = await subscribe({
    ...options,
    onRejected: () => Promise.reject(new Error('the report cannot be written')),
  });
  const [position] = await publish({ subject: 'laptops.events.60', payload: 'nonsense' });
  const error = await first.subscription.ended.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.match(String(error), 'the report cannot be written');
  const second = await subscribe(options);
  await eventually(() => assert.is(second.rejected[0]?.position, position), timeoutMs);
  await second.subscription.stop();
});
durable('delivers an event once when `onEvent` takes longer than `confirmWithinMs`', async () => {
  const handled: number[] = [];
  const { subscription } = await subscribe({
    durable: { name: 'slow', confirmWithinMs: 300 },
    async onEvent({ position }) {
      handled.push(position);
      // More than three times the limit: without progress reports, the broker would deliver the event again.
      if (handled.length === 1) await new Promise((resolve) => setTimeout(resolve, 1_200));
    },
  });
  const positions = await publish(laptopAdded(50_030), laptopAdded(50_031));
  await eventually(() => assert.equal(handled, positions), timeoutMs);
  await subscription.stop();
});
durable('loses no events across broker restarts, though some may be repeated', async () => {
  const { subscription, positions } = await subscribe({
    durable: { name: 'restarts', confirmWithinMs: 1_000 },
  });
  const stored = await publish(...range(51_000, 51_200).map((id) => laptopAdded(id)));
  await broker.kill();
  await broker.restart();
  const [last] = await eventually(() => publish(laptopAdded(51_201)), timeoutMs);
  await eventually(() => assert.ok(positions().includes(last ?? 0)), timeoutMs);
  assert.equal([...new Set(positions())], [...stored, ...range((stored.at(-1) ?? 0) + 1, last ?? 0)]);
  await subscription.stop();
});
durable('ends with an error when the consumer is deleted, because its position is lost', async () => {
  const { subscription } = await subscribe({ durable: { name: 'deleted' } });
  await jsm.consumers.delete('LAPTOPS', 'deleted');
  const error = await subscription.ended.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.match(String(error), 'the durable consumer deleted of stream LAPTOPS was deleted');
});
durable('rejects an existing consumer that it did not create', async () => {
  await jsm.consumers.add('LAPTOPS', { durable_name: 'other', ack_policy: AckPolicy.None });
  const error = await subscribe({ durable: { name: 'other' } }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.match(String(error), 'was not created by a subscription');
});
durable.after(async () => {
  await nc.close();
  await broker.close();
});
durable.run();
