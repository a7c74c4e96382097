/** What every event store promises, whatever its broker looks like: one server or a cluster run the same tests. */

import { JetStreamApiError, jetstream, type JetStreamManager } from '@nats-io/jetstream';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { Rejection } from '../../../src/kit/domain/decider.ts';
import type { Append, AppendResult, EventStore } from '../../../src/kit/eventlog/event-store.ts';
import { laptopEvents, type LaptopEvent } from '#contracts/laptops';
import { brokerErrors } from '../../../src/kit/nats/connection/broker-errors.ts';
import { createCodec } from '../../../src/kit/nats/stream/codec.ts';
import type { Connection } from '../../../src/kit/nats/connection/connection.ts';
import { createEventStore } from '../../../src/kit/nats/stream/event-store.ts';
import { eventSubjects } from '../../../src/kit/nats/stream/subjects.ts';
import { countSubscriptions } from '../broker/count-subscriptions.ts';
import { eventually } from '../eventually.ts';

export type Topology = {
  /** At least three, so that writers meet on the broker and not in one client. */
  readonly connections: readonly { readonly connection: Connection; readonly jsm: JetStreamManager }[];
  /** How many servers keep the stream. */
  readonly replicas: number;
};

export type ContractStage = {
  readonly store: EventStore<LaptopEvent>;
  /** An id that no test has used. */
  nextId(): number;
  /** An append to a new laptop; each has a message id of its own. */
  append(id: number, expectedVersion?: number, events?: readonly LaptopEvent[]): Append<LaptopEvent>;
};

export const added: LaptopEvent = { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' };
const subjects = eventSubjects('laptops');

export function openStore(
  { connection, jsm }: Topology['connections'][number],
  service = 'laptops',
  stream = service.toUpperCase(),
): EventStore<LaptopEvent> {
  const own = eventSubjects(service);
  const codec = createCodec(laptopEvents, own);
  return createEventStore({ connection, jsm, stream, subjects: own, codec });
}

export function addEventStoreContract(test: Test, { connections, replicas }: Topology): ContractStage {
  const [first] = connections;
  if (first === undefined) throw new RangeError('the contract needs a connection');
  const { connection, jsm } = first;
  const stores = connections.map((each) => openStore(each));
  const store = openStore(first);
  const js = jetstream(connection.nc);
  let lastId = 0;
  let lastMessage = 0;
  const nextId = () => (lastId += 1);
  const append: ContractStage['append'] = (id, expectedVersion = 0, events = [added]) => ({
    id,
    events,
    expectedVersion,
    messageId: `message-${(lastMessage += 1)}`,
    commandDigest: 'digest',
  });
  const readAll = async (id: number) => store.history(id, { upTo: await store.lastPositionOf(id) });

  test('an event is stored with its message id and digest, at the position that is answered', async () => {
    const command = append(nextId());
    const result = await store.append(command);
    assert.is(result.outcome, 'written');
    const stored = await store.read(positionOf(result));
    assert.equal(
      [stored?.id, stored?.messageId, stored?.commandDigest, stored?.content],
      [command.id, command.messageId, command.commandDigest, added],
    );
    assert.is(await store.lastPosition(), positionOf(result));
  });

  test('another version than the expected one is a conflict, and nothing is stored', async () => {
    const id = nextId();
    const version = positionOf(await store.append(append(id)));
    for (const wrong of [0, version - 1, version + 1]) {
      assert.equal(await store.append(append(id, wrong)), { outcome: 'conflict' });
    }
    assert.is((await readAll(id)).length, 1);
  });

  test('the broker tells a conflict by its code', async () => {
    const expect = { lastSubjectSequence: 1_000_000 };
    const error: unknown = await js.publish(subjects.of(nextId()), '{}', { expect }).catch((cause) => cause);
    assert.ok(error instanceof JetStreamApiError);
    assert.is(error.code, brokerErrors.wrongLastSequence);
  });

  test('the same append again is a duplicate at the original position, also after others have followed', async () => {
    const id = nextId();
    const command = append(id);
    const position = positionOf(await store.append(command));
    assert.equal(await store.append(command), { outcome: 'duplicate', position });
    await store.append(append(id, position, [{ type: 'LaptopRevised', title: 'Other' }]));
    assert.equal(await store.append(command), { outcome: 'duplicate', position });
    assert.is((await readAll(id)).length, 2);
  });

  test('the same append is a duplicate also when the broker has forgotten the id', async () => {
    const service = 'forgetful';
    const [subject, probe] = [eventSubjects(service), `${service}.probe`];
    await jsm.streams.add({
      name: 'FORGETFUL',
      subjects: [subject.all, probe],
      num_replicas: replicas,
      duplicate_window: 100_000_000,
      allow_atomic: true,
    });
    const forgetful = openStore(first, service);
    const single = append(1);
    const batch = append(2, 0, [added, { type: 'PortFitted', portId: 1 }]);
    const positions = [positionOf(await forgetful.append(single)), positionOf(await forgetful.append(batch))];
    const isForgotten = async () => !(await js.publish(probe, '', { msgID: 'probe' })).duplicate;
    await isForgotten();
    await eventually(async () => assert.ok(await isForgotten()));
    for (const [index, command] of [single, batch].entries()) {
      assert.equal(await forgetful.append(command), { outcome: 'duplicate', position: positions[index] });
    }
    await jsm.streams.delete('FORGETFUL');
  });

  test('several events are stored together; the last one carries the message id', async () => {
    const events: LaptopEvent[] = [
      added,
      { type: 'PortFitted', portId: 1 },
      { type: 'PortFitted', portId: 2 },
    ];
    const command = append(nextId(), 0, events);
    const position = positionOf(await store.append(command));
    const stored = await readAll(command.id);
    assert.equal(
      stored.map((message) => [message.position, message.messageId, message.content]),
      events.map((event, index) => [
        position - 2 + index,
        index === 2 ? command.messageId : undefined,
        event,
      ]),
    );
    assert.equal(await store.append(command), { outcome: 'duplicate', position });
  });

  test('several events with a wrong expected version are a conflict, and none of them is stored', async () => {
    const id = nextId();
    const version = positionOf(await store.append(append(id)));
    const before = await store.lastPosition();
    for (const wrong of [0, version + 1]) {
      const events: LaptopEvent[] = [
        { type: 'PortFitted', portId: 1 },
        { type: 'PortFitted', portId: 2 },
      ];
      assert.equal(await store.append(append(id, wrong, events)), { outcome: 'conflict' });
    }
    assert.is(await store.lastPosition(), before);
  });

  test('a batch holds 1000 events; a larger one is refused as a whole', async () => {
    const fits = (count: number): LaptopEvent[] =>
      Array.from({ length: count }, (_, index) => ({ type: 'PortFitted', portId: index + 1 }));
    const id = nextId();
    assert.is((await store.append(append(id, 0, fits(1000)))).outcome, 'written');
    assert.is((await readAll(id)).length, 1000);
    const before = await store.lastPosition();
    assert.is((await store.append(append(nextId(), 0, fits(1001)))).outcome, 'unavailable');
    assert.is(await store.lastPosition(), before);
  });

  test('of writers that expect the same version one is written, and the others are conflicts', async () => {
    for (let round = 0; round < 50; round++) {
      const id = nextId();
      const results = await Promise.all(
        stores.flatMap((each) => [each.append(append(id)), each.append(append(id, 0, [added, added]))]),
      );
      const outcomes = results.map(({ outcome }) => outcome).toSorted();
      assert.equal(outcomes, [...Array.from({ length: results.length - 1 }, () => 'conflict'), 'written']);
    }
  });

  test('the last position of an entity is never older than an acknowledged append', async () => {
    for (let round = 0; round < 500; round++) {
      const id = nextId();
      const position = positionOf(await store.append(append(id)));
      const other = stores[round % stores.length] ?? store;
      assert.is(await other.lastPositionOf(id), position);
      assert.is(await other.lastPosition(), position);
    }
  });

  test('what is no event counts as a message of its entity, and is read back with its reason', async () => {
    const id = nextId();
    const { seq } = await js.publish(subjects.of(id), 'not an event');
    assert.is(await store.lastPositionOf(id), seq);
    const [stored] = await readAll(id);
    assert.ok(stored?.content instanceof Rejection);
    assert.equal(await store.append(append(id)), { outcome: 'conflict' });
    assert.is((await store.append(append(id, seq))).outcome, 'written');
  });

  test('a part of a history is what was asked for, in order', async () => {
    const id = nextId();
    const positions: number[] = [];
    for (let index = 0; index < 6; index++) {
      positions.push(positionOf(await store.append(append(id, positions.at(-1) ?? 0))));
      await store.append(append(nextId()));
    }
    const [, second = 0, , fourth = 0, , last = 0] = positions;
    const found = async (range: Parameters<typeof store.history>[1]) =>
      (await store.history(id, range)).map(({ position }) => position);
    assert.equal(await found({ upTo: last }), positions);
    assert.equal(await found({ after: second, upTo: fourth }), positions.slice(2, 4));
    assert.equal(await found({ upTo: last, limit: 2 }), positions.slice(0, 2));
    assert.equal(await found({ after: last, upTo: last }), []);
  });

  test('a position is found by its time, and one that is not there is none', async () => {
    const position = positionOf(await store.append(append(nextId())));
    const time = (await store.read(position))?.time ?? 0;
    assert.is(await store.positionAt(time + 60_000), position);
    assert.ok((await store.positionAt(time - 1)) < position);
    assert.is(await store.positionAt(0), 0);
    assert.is(await store.read(position + 1), undefined);
    assert.is(await store.lastPositionOf(nextId()), 0);
  });

  test('reading leaves no subscription and no consumer behind', async () => {
    const id = nextId();
    const position = positionOf(await store.append(append(id)));
    const read = async () => {
      await store.read(position);
      await store.positionAt(Date.now());
      await store.lastPositionOf(id);
      await store.history(id, { upTo: position });
    };
    await read();
    const before = countSubscriptions(connection);
    for (let round = 0; round < 100; round++) await read();
    assert.is(countSubscriptions(connection), before);
    await eventually(async () => assert.is((await jsm.streams.info('LAPTOPS')).state.consumer_count, 0));
  });

  return { store, nextId, append };
}

function positionOf(result: AppendResult): number {
  if (!('position' in result)) throw new Error(`the append ended with ${JSON.stringify(result)}`);
  return result.position;
}
