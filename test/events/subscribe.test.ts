/** The typed subscriber over NATS: from anywhere, in order, or at least once; through restarts of the broker. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AckPolicy } from '@nats-io/jetstream';
import type { LiveEvent, RejectedMessage } from '../../src/kit/api/documents.ts';
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
const patience = 60_000;

/** A subscription that keeps what it is given. */
async function follow(options: Partial<SubscribeOptions<LaptopEvent>> = {}) {
  const events: LiveEvent<LaptopEvent>[] = [];
  const refused: RejectedMessage[] = [];
  const subscription = await subscribeToLaptops({
    natsUrl,
    onEvent: (event) => void events.push(event),
    onRefused: (message) => void refused.push(message),
    ...options,
  });
  const positions = () => events.map(({ position }) => position);
  return {
    subscription,
    events,
    refused,
    positions,
    awaitPositions: (expected: readonly number[]) =>
      eventually(() => assert.equal(positions(), expected), patience),
  };
}

const publish = (...messages: readonly { subject: string; payload: string }[]) => publishAll(nc, messages);
const readLast = async () => (await jsm.streams.info('LAPTOPS')).state.last_seq;
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const [first = 0, second = 0] = await publish(laptopAdded(1), laptopAdded(2));

const starting = suite('a subscription begins where it is told to');

starting('at a position, at the beginning, and after a time', async () => {
  const all = await follow({ from: 0 });
  await all.awaitPositions([first, second]);
  const [, later] = all.events;
  const some = await follow({ from: second });
  await some.awaitPositions([second]);
  const timed = await follow({ from: new Date(0) });
  await timed.awaitPositions([first, second]);

  const between = new Date(Date.parse(later?.time ?? '') + 1);
  await eventually(() => assert.ok(Date.now() > between.getTime()));
  const [third = 0] = await publish(laptopAdded(3));
  const recent = await follow({ from: between });
  await recent.awaitPositions([third]);
  await Promise.all([all, some, timed, recent].map(({ subscription }) => subscription.stop()));
});
starting('now, when nothing else is said', async () => {
  const { subscription, awaitPositions } = await follow();
  const [position = 0] = await publish(laptopAdded(4));
  await awaitPositions([position]);
  await subscription.stop();
  assert.is(subscription.position, position);
});
starting('at a position that is still to come, with nothing of before', async () => {
  const { subscription, positions, awaitPositions } = await follow({ from: (await readLast()) + 1 });
  assert.equal(positions(), []);
  const added = await publish(laptopAdded(5));
  await awaitPositions(added);
  await subscription.stop();
});
starting.run();

const reading = suite('a subscription gives typed events');

reading('upcast to what they are today, with what the envelope says', async () => {
  const subscription: { events: unknown[] } = { events: [] };
  const ports = await subscribeToPorts({
    natsUrl,
    onEvent: (event) => void subscription.events.push(event),
  });
  await publish({
    subject: 'ports.events.7',
    payload: '{"type":"PortRenamed","name":"USB-C","colour":"grey"}',
  });
  await eventually(() => assert.is(subscription.events.length, 1));
  const [event] = subscription.events;
  assert.match(JSON.stringify(event), /^\{"position":1,"time":"20[0-9T:.-]+Z","id":7,"event":\{/);
  assert.match(JSON.stringify(event), '"event":{"type":"PortRenamed","name":"USB-C","from":null}');
  await ports.stop();
});
reading('and reports what is none, with the reason, without stopping', async () => {
  for (const durable of [undefined, { name: 'reports' }]) {
    const { subscription, refused, awaitPositions } = await follow({ ...(durable && { durable }) });
    const positions = await publish(
      { subject: 'laptops.events.8', payload: 'hello' },
      { subject: 'laptops.events.8', payload: '{"type":"LaptopStolen"}' },
      { subject: 'laptops.events.eight', payload: '{"type":"LaptopRemoved"}' },
      laptopAdded(8),
    );
    await awaitPositions(positions.slice(3));
    assert.equal(
      refused.map(({ position, subject, reason }) => [position, subject, reason]),
      [
        [positions[0], 'laptops.events.8', 'not JSON'],
        [positions[1], 'laptops.events.8', 'unknown event type "LaptopStolen"'],
        [positions[2], 'laptops.events.eight', 'the subject does not end in an id (1, 2, 3 …)'],
      ],
    );
    await subscription.stop();
  }
});
reading(
  'one after the other, and ends in peace: the event in hand is finished, no other is given',
  async () => {
    let finish: () => void = () => undefined;
    const log: string[] = [];
    const { subscription } = await follow({
      async onEvent({ position }) {
        log.push(`begin ${position}`);
        await new Promise<void>((resolve) => (finish = resolve));
        log.push(`end ${position}`);
      },
    });
    const [position] = await publish(laptopAdded(9), laptopAdded(10));
    await eventually(() => assert.equal(log, [`begin ${position}`]));
    const stopped = subscription.stop();
    finish();
    await stopped;
    assert.equal(log, [`begin ${position}`, `end ${position}`]);
    await subscription.ended;
  },
);
reading.run();

const ordered = suite('without a durable consumer');

ordered('every message comes once and in order, also over restarts of the broker', async () => {
  const last = await readLast();
  const { subscription, awaitPositions } = await follow();
  await publish(...range(100, 400).map((id) => laptopAdded(id)));
  await broker.kill();
  await broker.restart();
  await eventually(() => publish(laptopAdded(401)), patience);
  await awaitPositions(range(last + 1, await readLast()));
  await subscription.stop();
});
ordered('a failure of onEvent ends it, and the position says where', async () => {
  const { subscription } = await follow({
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
ordered(
  'a slow subscriber gets all of a long log, though not all of it fits into its waiting room',
  async () => {
    const last = await readLast();
    await publish(...range(20_000, 45_000).map((id) => laptopAdded(id)));
    let seen = last;
    const { subscription } = await follow({
      from: last + 1,
      async onEvent({ position }) {
        assert.is(position, seen + 1);
        seen = position;
        if (position % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      },
    });
    const end = await readLast();
    await eventually(() => assert.is(seen, end), patience);
    await subscription.stop();
  },
);
ordered.run();

const durable = suite('with a durable consumer');

durable('a subscription goes on where the one before it stopped', async () => {
  const options = { durable: { name: 'goes-on' } };
  const one = await follow({ ...options, from: (await readLast()) + 1 });
  const before = await publish(laptopAdded(50_000), laptopAdded(50_001));
  await one.awaitPositions(before);
  await one.subscription.stop();
  const missed = await publish(laptopAdded(50_002));
  // `from` is for the first time only.
  const two = await follow({ ...options, from: 0 });
  await two.awaitPositions(missed);
  assert.is(two.subscription.position, missed[0]);
  await two.subscription.stop();
});
durable('what onEvent fails on is tried again, before anything that comes after it', async () => {
  const log: number[] = [];
  const { subscription } = await follow({
    durable: { name: 'tries-again', retryMs: 20 },
    onEvent({ position }) {
      log.push(position);
      if (log.length < 3) throw new Error('not yet');
    },
  });
  const [a, b] = await publish(laptopAdded(50_010), laptopAdded(50_011));
  await eventually(() => assert.equal(log, [a, a, a, b]), patience);
  await subscription.stop();
});
durable(
  'what it fails on every time is refused once, with the last error, and the rest goes on',
  async () => {
    const attempts: number[] = [];
    const errors: unknown[] = [];
    const { subscription, refused } = await follow({
      durable: { name: 'poison', retryMs: 10, maxAttempts: 3 },
      onEvent({ position, id }) {
        attempts.push(position);
        if (id === 50_020) throw new Error('poison');
      },
      onRefused: (message, error) => void errors.push(message, error),
    });
    const [bad, good] = await publish(laptopAdded(50_020), laptopAdded(50_021));
    await eventually(() => assert.equal(attempts, [bad, bad, bad, good]), patience);
    assert.equal(refused, []);
    assert.is(errors.length, 2);
    assert.match(JSON.stringify(errors[0]), 'it was tried 3 times: poison');
    assert.match(String(errors[1]), 'poison');
    await subscription.stop();
    // It is not tried again by the next one either.
    const next = await follow({ durable: { name: 'poison' } });
    const after = await publish(laptopAdded(50_022));
    await next.awaitPositions(after);
    await next.subscription.stop();
  },
);
durable('a report that fails ends it, and the message is not lost', async () => {
  const options = { durable: { name: 'fails-closed', confirmWithinMs: 500 } };
  const one = await follow({
    ...options,
    onRefused: () => Promise.reject(new Error('the report cannot be written')),
  });
  const [position] = await publish({ subject: 'laptops.events.60', payload: 'nonsense' });
  const error = await one.subscription.ended.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.match(String(error), 'the report cannot be written');
  const two = await follow(options);
  await eventually(() => assert.is(two.refused[0]?.position, position), patience);
  await two.subscription.stop();
});
durable('an event that takes longer than a confirmation may is still given once', async () => {
  const log: number[] = [];
  const { subscription } = await follow({
    durable: { name: 'slow', confirmWithinMs: 300 },
    async onEvent({ position }) {
      log.push(position);
      // Longer than three times the limit: without the reports of work it would come again.
      if (log.length === 1) await new Promise((resolve) => setTimeout(resolve, 1_200));
    },
  });
  const positions = await publish(laptopAdded(50_030), laptopAdded(50_031));
  await eventually(() => assert.equal(log, positions), patience);
  await subscription.stop();
});
durable('it loses nothing over restarts of the broker, and at most repeats', async () => {
  const { subscription, positions } = await follow({ durable: { name: 'restarts', confirmWithinMs: 1_000 } });
  const stored = await publish(...range(51_000, 51_200).map((id) => laptopAdded(id)));
  await broker.kill();
  await broker.restart();
  const [last] = await eventually(() => publish(laptopAdded(51_201)), patience);
  await eventually(() => assert.ok(positions().includes(last ?? 0)), patience);
  assert.equal([...new Set(positions())], [...stored, ...range((stored.at(-1) ?? 0) + 1, last ?? 0)]);
  await subscription.stop();
});
durable('it ends, and says why, when the consumer is deleted: its place is not known any more', async () => {
  const { subscription } = await follow({ durable: { name: 'deleted' } });
  await jsm.consumers.delete('LAPTOPS', 'deleted');
  const error = await subscription.ended.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.match(String(error), 'the durable consumer deleted of stream LAPTOPS was deleted');
});
durable('it takes no consumer that is something else', async () => {
  await jsm.consumers.add('LAPTOPS', { durable_name: 'other', ack_policy: AckPolicy.None });
  const error = await follow({ durable: { name: 'other' } }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.match(String(error), 'was not made by a subscription');
});
durable.after(async () => {
  await nc.close();
  await broker.close();
});
durable.run();
