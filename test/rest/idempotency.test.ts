/**
 * A command sent twice under one id is carried out once, also when the broker itself no longer remembers the id: its
 * duplicate window is tiny here, and the replicas are put together from their parts.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bindDecider } from '../../src/kit/domain/decider.ts';
import { createKeyedQueue } from '../../src/kit/eventlog/keyed-queue.ts';
import { Problem } from '../../src/kit/domain/problem.ts';
import { transact, type Transactor } from '../../src/kit/eventlog/transact.ts';
import { createView } from '../../src/kit/eventlog/view.ts';
import type { Entity } from '../../src/kit/domain/entity.ts';
import { laptopEvents, type Laptop, type LaptopEvent } from '#contracts/laptops';
import { laptopDecider, type LaptopCommand } from '../../src/laptops/laptop.ts';
import { provisionSnapshots } from '../../src/kit/nats/snapshots/snapshots.ts';
import {
  openStreamConnection,
  type StreamConnection,
} from '../../src/kit/runtime/stream/stream-connection.ts';
import { createLogger } from '../../src/kit/runtime/observability/logger.ts';
import { connectForTest } from '../support/broker/broker.ts';
import { startTestSystem } from '../support/process/system.ts';

type State = Laptop | undefined;
type Replica = Transactor<State, LaptopCommand, LaptopEvent> & {
  readonly snapshots: StreamConnection<State, LaptopEvent>['snapshots'];
  /** Where the view began: 0, or the position of a snapshot. */
  readonly from: number;
  close(): Promise<void>;
};

const { broker, connection, jsm, start, countMessages, close } = await startTestSystem();
const decider = bindDecider(laptopDecider, { ports: () => undefined });
/** A stream like that of the laptops, whose subjects begin with another word. */
const name = 'forgetful';
const stream = 'FORGETFUL';
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
    { ...own, stream, reader: name, logger },
  );
  const target = await store.lastPosition();
  const view = createView(decider, {
    image: fromSnapshot ? await snapshots.load(target) : undefined,
  });
  const from = view.position;
  const replay = follow(view);
  assert.ok(await view.reached(target, 10_000));
  const replica = {
    decider,
    view,
    store,
    queue: createKeyedQueue(),
    followed: [],
    catchUpTimeoutMs: 5_000,
    snapshots,
    from,
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
const add: LaptopCommand = { type: 'AddLaptop', title: 'Lenovo', model: 'S3' };
const revise = (title: string): LaptopCommand => ({ type: 'ReviseLaptop', title, model: 'S3' });

function send(
  replica: Replica,
  id: number,
  command: LaptopCommand,
  messageId: string,
): Promise<Entity<State>> {
  return transact(replica, { id, command, messageId, commandDigest: JSON.stringify([id, command]) });
}

const countEvents = (id: number) => countMessages(`${name}.events.${id}`);

/** Waits until the broker has forgotten every id that it was given before this call. */
async function outlastWindow(): Promise<void> {
  const js = jetstream(connection.nc);
  const msgID = `probe-${nextKey()}`;
  const publish = () => js.publish('probes', '', { msgID });
  assert.not((await publish()).duplicate);
  while ((await publish()).duplicate) await sleep(20);
}

/** A laptop that was added and revised, and revised again by somebody else, with the answers that were given. */
async function writeHistory(replica: Replica) {
  const id = nextId();
  const commands = [
    { command: add, key: nextKey() },
    { command: revise('IBM'), key: nextKey() },
  ];
  const answers: Entity<State>[] = [];
  for (const { command, key } of commands) answers.push(await send(replica, id, command, key));
  await send(replica, id, revise('Apple'), nextKey());
  return { id, commands, answers };
}

type History = Awaited<ReturnType<typeof writeHistory>>;

/** The replica answers as the first one did, and nothing is added. */
async function assertRepeats(replica: Replica, { id, commands, answers }: History): Promise<void> {
  const before = await countEvents(id);
  for (const [index, { command, key }] of commands.entries())
    assert.equal(await send(replica, id, command, key), answers[index]);
  assert.is(await countEvents(id), before);
}

const [one, two] = await Promise.all([openReplica(), openReplica()]);

const repeating = suite(
  'a command that is sent again under its key gives its answer again, and nothing is added',
);

repeating('the answers are what the commands did, one after the other', async () => {
  const { id, answers } = await writeHistory(one);
  assert.equal(
    answers.map(({ state }) => state?.title),
    ['Lenovo', 'IBM'],
  );
  assert.is(await countEvents(id), 3);
});
repeating('at once, through the same replica and through another', async () => {
  const history = await writeHistory(one);
  await assertRepeats(one, history);
  await assertRepeats(two, history);
});
repeating('when the broker has forgotten the key', async () => {
  const history = await writeHistory(one);
  await outlastWindow();
  await assertRepeats(one, history);
  await assertRepeats(two, history);
});
repeating('when the broker has forgotten the key, to a replica that has not seen it yet', async () => {
  const late = await openReplica();
  const id = nextId();
  const first = await send(late, id, add, nextKey());
  // It hears nothing from here on, so its view stays where it is.
  await late.close();
  const deaf = { ...one, view: createView(decider, { image: late.view.capture() }) };
  const key = nextKey();
  const answer = await send(one, id, revise('IBM'), key);
  await outlastWindow();
  assert.is(deaf.view.find(id).version, first.version);
  assert.equal(await send(deaf, id, revise('IBM'), key), answer);
  assert.is(await countEvents(id), 2);
});
repeating('after a restart from the log', async () => {
  const history = await writeHistory(one);
  await outlastWindow();
  const restarted = await openReplica();
  assert.is(restarted.from, 0);
  await assertRepeats(restarted, history);
});
repeating('after a restart from a snapshot', async () => {
  const history = await writeHistory(one);
  assert.ok(await one.view.reached(await one.store.lastPositionOf(history.id), 5_000));
  assert.is(await one.snapshots.save(one.view.capture(), 0), 'written');
  const { position } = one.view;
  const later = await writeHistory(one);
  await outlastWindow();
  const restarted = await openReplica({ fromSnapshot: true });
  assert.is(restarted.from, position);
  await assertRepeats(restarted, history);
  await assertRepeats(restarted, later);
});
repeating.run();

const misusing = suite('another command under a key that was used');

misusing('is refused, and nothing happens, whether the broker knows the key or not', async () => {
  const { id, commands } = await writeHistory(one);
  const used = commands.map(({ key }) => key);
  for (const wait of [undefined, outlastWindow]) {
    await wait?.();
    for (const replica of [one, two]) {
      for (const key of used) {
        for (const [target, command] of [
          [id, revise('Dell')],
          [id, { type: 'RemoveLaptop' }],
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
misusing.run();

const racing = suite('one key through two replicas at the same moment');

racing('is one event and one answer, fifty times', async () => {
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
racing('makes one laptop of two requests that give it no id', async () => {
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
racing.after(async () => {
  await Promise.all(open.map((replica) => replica.close()));
  await close();
});
racing.run();
