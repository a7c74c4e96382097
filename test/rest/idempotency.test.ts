/**
 * A command repeated with the same message id is executed once, even after the duplicate window of the stream. The
 * stream of this test has a window of 200 ms. The replicas are assembled from their parts, in the test process.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDecider, type CallOf, type Origin } from '../../src/kit/domain/service/service-decider.ts';
import { createKeyedQueue } from '../../src/kit/eventlog/keyed-queue.ts';
import { Problem } from '../../src/kit/domain/problem.ts';
import { transact, type Transactor } from '../../src/kit/eventlog/transact.ts';
import { createView } from '../../src/kit/eventlog/view/view.ts';
import type { Entity } from '../../src/kit/domain/entity.ts';
import { laptopEvents, type Laptop, type LaptopEvent } from '#contracts/laptops';
import type { TypesOf } from '../../src/kit/domain/service/service.ts';
import { laptopService } from '../../src/laptops/laptop.ts';
import { provisionSnapshots } from '../../src/kit/nats/snapshots/snapshots.ts';
import {
  openStreamConnection,
  type StreamConnection,
} from '../../src/kit/runtime/stream/stream-connection.ts';
import { createLogger } from '../../src/kit/runtime/observability/logger.ts';
import { connectForTest } from '../support/broker/broker.ts';
import { startTestSystem } from '../support/process/system.ts';

type State = Laptop | undefined;
type LaptopCommand = CallOf<TypesOf<typeof laptopService>> & Origin;
type Replica = Transactor<State, LaptopCommand, LaptopEvent> & {
  readonly snapshots: StreamConnection<State, LaptopEvent>['snapshots'];
  /** The position from which the replay started: 0, or the position of a snapshot. */
  readonly startPosition: number;
  close(): Promise<void>;
};

const { broker, connection, jsm, start, countMessages, close } = await startTestSystem();
const decider = createDecider(laptopService, { ports: () => undefined });
/** A stream configured like LAPTOPS, except for the subjects and the duplicate window. */
const name = 'short-window';
const stream = 'SHORT_WINDOW';
const windowMs = 200;
const { config } = await jsm.streams.info('LAPTOPS');
await jsm.streams.add({
  ...config,
  name: stream,
  subjects: [`${name}.events.*`, 'probes'],
  duplicate_window: windowMs * 1e6,
});
await provisionSnapshots(connection.nc, name);

const open: Replica[] = [];

async function openReplica({ fromSnapshot = false } = {}): Promise<Replica> {
  const own = await connectForTest(broker);
  const logger = createLogger(name, 'warn');
  const { store, snapshots, follow } = await openStreamConnection(
    { name, events: laptopEvents, fold: decider },
    { ...own, stream, reader: name, foldVersion: 'test', logger },
  );
  const target = await store.lastPosition();
  const view = createView(decider, {
    image: fromSnapshot ? await snapshots.load(target) : undefined,
  });
  const startPosition = view.position;
  const replay = follow(view);
  assert.ok(await view.reached(target, 10_000));
  const replica = {
    decider,
    events: laptopEvents,
    view,
    store,
    queue: createKeyedQueue(),
    followed: [],
    catchUpTimeoutMs: 5_000,
    confirmTimeoutMs: 5_000,
    snapshots,
    startPosition,
    async close() {
      await replay.stop();
      await own.connection.nc.close();
    },
  };
  open.push(replica);
  return replica;
}

let lastId = 0;
let lastKey = 0;
const nextId = () => (lastId += 1);
const nextKey = () => `key-${(lastKey += 1)}`;
const now = '2026-01-31T12:00:00.000Z';
const add: LaptopCommand = { verb: 'add', input: { title: 'Lenovo', model: 'S3' }, now };
const revise = (title: string): LaptopCommand => ({ verb: 'revise', input: { title, model: 'S3' }, now });

function send(
  replica: Replica,
  id: number,
  command: LaptopCommand,
  messageId: string,
): Promise<Entity<State>> {
  return transact(replica, { id, command, messageId, commandDigest: JSON.stringify([id, command]) });
}

const countEvents = (id: number) => countMessages(`${name}.events.${id}`);

/** Waits until every message id published before this call has left the duplicate window. */
async function awaitDuplicateWindow(): Promise<void> {
  const js = jetstream(connection.nc);
  const msgID = `probe-${nextKey()}`;
  const publish = () => js.publish('probes', '', { msgID });
  assert.not((await publish()).duplicate);
  while ((await publish()).duplicate) await sleep(20);
}

/** Adds a laptop and revises it twice. Returns the first two commands with their keys and results. */
async function writeHistory(replica: Replica) {
  const id = nextId();
  const commands = [
    { command: add, key: nextKey() },
    { command: revise('IBM'), key: nextKey() },
  ];
  const results: Entity<State>[] = [];
  for (const { command, key } of commands) results.push(await send(replica, id, command, key));
  await send(replica, id, revise('Apple'), nextKey());
  return { id, commands, results };
}

type History = Awaited<ReturnType<typeof writeHistory>>;

/** Asserts that the replica returns the original results and appends nothing. */
async function assertRepeats(replica: Replica, { id, commands, results }: History): Promise<void> {
  const before = await countEvents(id);
  for (const [index, { command, key }] of commands.entries())
    assert.equal(await send(replica, id, command, key), results[index]);
  assert.is(await countEvents(id), before);
}

const [one, two] = await Promise.all([openReplica(), openReplica()]);

const repeats = suite('a command repeated with the same key');

repeats('returns the resulting state when it is first executed', async () => {
  const { id, results } = await writeHistory(one);
  assert.equal(
    results.map(({ state }) => state?.title),
    ['Lenovo', 'IBM'],
  );
  assert.is(await countEvents(id), 3);
});
repeats('returns the original result from the same replica and from another', async () => {
  const history = await writeHistory(one);
  await assertRepeats(one, history);
  await assertRepeats(two, history);
});
repeats('returns the original result after the duplicate window', async () => {
  const history = await writeHistory(one);
  await awaitDuplicateWindow();
  await assertRepeats(one, history);
  await assertRepeats(two, history);
});
repeats(
  'returns the original result after the duplicate window from a replica that has not applied the event',
  async () => {
    const behind = await openReplica();
    const id = nextId();
    const first = await send(behind, id, add, nextKey());
    // Closing the replica stops its replay, so its view no longer advances.
    await behind.close();
    const stale = { ...one, view: createView(decider, { image: behind.view.capture() }) };
    const key = nextKey();
    const result = await send(one, id, revise('IBM'), key);
    await awaitDuplicateWindow();
    assert.is(stale.view.find(id).version, first.version);
    assert.equal(await send(stale, id, revise('IBM'), key), result);
    assert.is(await countEvents(id), 2);
  },
);
repeats('returns the original result after a restart from the stream', async () => {
  const history = await writeHistory(one);
  await awaitDuplicateWindow();
  const restarted = await openReplica();
  assert.is(restarted.startPosition, 0);
  await assertRepeats(restarted, history);
});
repeats('returns the original result after a restart from a snapshot', async () => {
  const history = await writeHistory(one);
  assert.ok(await one.view.reached(await one.store.lastPositionOf(history.id), 5_000));
  assert.is(await one.snapshots.save(one.view.capture(), 0), 'written');
  const { position } = one.view;
  const later = await writeHistory(one);
  await awaitDuplicateWindow();
  const restarted = await openReplica({ fromSnapshot: true });
  assert.is(restarted.startPosition, position);
  await assertRepeats(restarted, history);
  await assertRepeats(restarted, later);
});
repeats.run();

const keyReuse = suite('a different command with a used key');

keyReuse('is rejected and appends nothing, both during the duplicate window and after it', async () => {
  const { id, commands } = await writeHistory(one);
  const used = commands.map(({ key }) => key);
  for (const wait of [undefined, awaitDuplicateWindow]) {
    await wait?.();
    for (const replica of [one, two]) {
      for (const key of used) {
        for (const [target, command] of [
          [id, revise('Dell')],
          [id, { verb: 'remove', input: {}, now }],
          [nextId(), add],
        ] satisfies [number, LaptopCommand][]) {
          assert.ok(await replica.view.reached(await replica.store.lastPositionOf(id), 5_000));
          const failure: unknown = await send(replica, target, command, key).catch((error: unknown) => error);
          assert.ok(failure instanceof Problem, String(failure));
          assert.is(failure.code, 'invalid');
          assert.match(failure.message, key);
        }
      }
    }
  }
  assert.is(await countEvents(id), 3);
  assert.is(await countEvents(lastId), 0);
});
keyReuse.run();

const races = suite('a command sent through two replicas at the same time with one key');

races('appends one event and returns one result, in 50 rounds', async () => {
  for (let round = 0; round < 50; round++) {
    const id = nextId();
    const addition = nextKey();
    const added = await Promise.all([one, two].map((replica) => send(replica, id, add, addition)));
    assert.equal(added[0], added[1]);
    const change = nextKey();
    const revised = await Promise.all([one, two].map((replica) => send(replica, id, revise('IBM'), change)));
    assert.equal(revised[0], revised[1]);
    assert.is(revised[0]?.state?.title, 'IBM');
    assert.is(await countEvents(id), 2);
  }
});
races('creates one laptop from two requests without an id', async () => {
  const services = await Promise.all([start('laptops'), start('laptops')]);
  for (let round = 0; round < 20; round++) {
    const before = await countMessages('laptops.events.*');
    const request = {
      json: { title: `Lenovo ${round}`, model: 'S3' },
      headers: { 'Idempotency-Key': nextKey() },
    };
    const [first, second] = await Promise.all(services.map(({ post }) => post('/laptops', request)));
    assert.equal([first?.status, second?.status], [201, 201]);
    assert.is(second?.text, first?.text);
    assert.is(second?.headers.get('Location'), first?.headers.get('Location'));
    assert.is(await countMessages('laptops.events.*'), before + 1);
  }
});
races.after(async () => {
  await Promise.all(open.map((replica) => replica.close()));
  await close();
});
races.run();
