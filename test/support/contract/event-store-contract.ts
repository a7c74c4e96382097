/** Tests of the event store that run against a single server and against a cluster. */

import { JetStreamApiError, jetstream, type JetStreamManager } from '@nats-io/jetstream';
import { headers } from 'nats';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { Rejection } from '../../../src/kit/domain/decider.ts';
import type { Id } from '../../../src/kit/domain/entity-id.ts';
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
  /** At least three, so that concurrent writers conflict in the broker and not in one client. */
  readonly connections: readonly { readonly connection: Connection; readonly jsm: JetStreamManager }[];
  /** Replication factor of the stream. */
  readonly replicas: number;
};

export type ContractFixture = {
  readonly store: EventStore<LaptopEvent>;
  /** Returns an unused id. */
  nextId(): number;
  /** Builds an append with a unique message id. By default it adds a laptop. */
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

/** Registers the tests with `test`. */
export function addEventStoreContract(test: Test, { connections, replicas }: Topology): ContractFixture {
  const [first] = connections;
  if (first === undefined) throw new RangeError('the contract needs a connection');
  const { connection, jsm } = first;
  const stores = connections.map((each) => openStore(each));
  const store = openStore(first);
  const js = jetstream(connection.nc);
  let lastId = 0;
  let lastMessage = 0;
  const nextId = () => (lastId += 1);
  const append: ContractFixture['append'] = (id, expectedVersion = 0, events = [added]) => ({
    id,
    events,
    expectedVersion,
    messageId: `message-${(lastMessage += 1)}`,
    commandDigest: 'digest',
  });
  const readAll = async (id: Id) => store.history(id, { upTo: await store.lastPositionOf(id) });

  test('stores an event with its message id and digest at the returned position', async () => {
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

  test('returns a conflict and stores nothing if the expected version is wrong', async () => {
    const id = nextId();
    const version = positionOf(await store.append(append(id)));
    for (const wrong of [0, version - 1, version + 1]) {
      assert.equal(await store.append(append(id, wrong)), { outcome: 'conflict' });
    }
    assert.is((await readAll(id)).length, 1);
  });

  test('can identify a conflict by the error code of the broker', async () => {
    const expect = { lastSubjectSequence: 1_000_000 };
    const error: unknown = await js.publish(subjects.of(nextId()), '{}', { expect }).catch((cause) => cause);
    assert.ok(error instanceof JetStreamApiError);
    assert.is(error.code, brokerErrors.wrongLastSequence);
  });

  test('returns a duplicate at the original position for a repeated append, even after later appends', async () => {
    const id = nextId();
    const command = append(id);
    const position = positionOf(await store.append(command));
    assert.equal(await store.append(command), { outcome: 'duplicate', position });
    await store.append(append(id, position, [{ type: 'LaptopRevised', title: 'Other' }]));
    assert.equal(await store.append(command), { outcome: 'duplicate', position });
    assert.is((await readAll(id)).length, 2);
  });

  test('returns a duplicate for a repeated append after the duplicate window of the broker', async () => {
    const service = 'windowed';
    const [subject, probe] = [eventSubjects(service), `${service}.probe`];
    await jsm.streams.add({
      name: 'WINDOWED',
      subjects: [subject.all, probe],
      num_replicas: replicas,
      duplicate_window: 100_000_000,
      allow_atomic: true,
    });
    const windowed = openStore(first, service);
    const single = append(1);
    const batch = append(2, 0, [added, { type: 'PortFitted', portId: 1 }]);
    const positions = [positionOf(await windowed.append(single)), positionOf(await windowed.append(batch))];
    const hasWindowPassed = async () => !(await js.publish(probe, '', { msgID: 'probe' })).duplicate;
    await hasWindowPassed();
    await eventually(async () => assert.ok(await hasWindowPassed()));
    for (const [index, command] of [single, batch].entries()) {
      assert.equal(await windowed.append(command), { outcome: 'duplicate', position: positions[index] });
    }
    await jsm.streams.delete('WINDOWED');
  });

  test('stores several events atomically, with the message id on the last one', async () => {
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

  test('returns a conflict and stores none of several events if the expected version is wrong', async () => {
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

  test('stores a batch of 1000 events and rejects a larger one as a whole', async () => {
    const fits = (count: number): LaptopEvent[] =>
      Array.from({ length: count }, (_, index) => ({ type: 'PortFitted', portId: index + 1 }));
    const id = nextId();
    assert.is((await store.append(append(id, 0, fits(1000)))).outcome, 'written');
    assert.is((await readAll(id)).length, 1000);
    const before = await store.lastPosition();
    assert.is((await store.append(append(nextId(), 0, fits(1001)))).outcome, 'unavailable');
    assert.is(await store.lastPosition(), before);
  });

  test('writes one of several concurrent appends with the same expected version, and returns conflicts for the others', async () => {
    for (let round = 0; round < 50; round++) {
      const id = nextId();
      const results = await Promise.all(
        stores.flatMap((each) => [each.append(append(id)), each.append(append(id, 0, [added, added]))]),
      );
      const outcomes = results.map(({ outcome }) => outcome).toSorted();
      assert.equal(outcomes, [...Array.from({ length: results.length - 1 }, () => 'conflict'), 'written']);
    }
  });

  test('reports a last position that includes every acknowledged append', async () => {
    for (let round = 0; round < 500; round++) {
      const id = nextId();
      const position = positionOf(await store.append(append(id)));
      const other = stores[round % stores.length] ?? store;
      assert.is(await other.lastPositionOf(id), position);
      assert.is(await other.lastPosition(), position);
    }
  });

  test('answers concurrent queries for the last position with one request to the leader', async () => {
    const position = positionOf(await store.append(append(nextId())));
    const { nc } = connections[1]?.connection ?? connection;
    let requests = 0;
    const observer = nc.subscribe('$JS.API.STREAM.INFO.LAPTOPS', { callback: () => void (requests += 1) });
    await nc.flush();
    const positions = await Promise.all(Array.from({ length: 50 }, () => store.lastPosition()));
    assert.equal(new Set(positions), new Set([position]));
    // One more request, so that the observer has received the earlier ones.
    await eventually(async () => {
      await store.leaderPosition();
      await nc.flush();
      assert.ok(requests > 1);
    });
    assert.is(requests, 2);
    observer.unsubscribe();
  });

  test('counts an undecodable message in the version of its entity and returns it with a reason', async () => {
    const id = nextId();
    const { seq } = await js.publish(subjects.of(id), 'not an event');
    assert.is(await store.lastPositionOf(id), seq);
    const [stored] = await readAll(id);
    assert.ok(stored?.content instanceof Rejection);
    assert.equal(await store.append(append(id)), { outcome: 'conflict' });
    assert.is((await store.append(append(id, seq))).outcome, 'written');
  });

  test('returns the requested part of a history in order', async () => {
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

  test('reads a history of several batches from any server of the stream', async () => {
    const id = nextId();
    const revisions: LaptopEvent[] = Array.from({ length: 999 }, (_, index) => ({
      type: 'LaptopRevised',
      title: `Title ${index}`,
    }));
    const version = positionOf(await store.append(append(id, 0, [added, ...revisions])));
    const last = positionOf(await store.append(append(id, version, revisions.slice(0, 3))));
    const expected = await readAll(id);
    assert.is(expected.length, 1003);
    await eventually(async () => assert.equal(await store.historyOfAnyServer(id, { upTo: last }), expected));
    assert.equal(await store.historyOfAnyServer(id, { upTo: version }), expected.slice(0, 1000));
    assert.equal(await store.historyOfAnyServer(nextId(), { upTo: last }), []);
    const found = (range: Parameters<typeof store.history>[1]) => store.historyOfAnyServer(id, range);
    assert.equal(await found({ after: version, upTo: last, limit: 2 }), expected.slice(1000, 1002));
    assert.equal(await found({ upTo: last, limit: 1002 }), expected.slice(0, 1002));
    assert.equal(await found({ after: last, upTo: last }), []);
  });

  test('reads empty messages and forged headers of direct gets from any server of the stream', async () => {
    const id = nextId();
    for (const [data, status] of [
      ['', 204],
      ['{}', 404],
      [JSON.stringify(added), 0],
    ] as const) {
      const forged = status === 0 ? headers() : headers(status, 'forged');
      forged.set('Nats-Sequence', '1');
      forged.set('Nats-Time-Stamp', '2001-01-01T00:00:00Z');
      forged.set('Nats-Num-Pending', '0');
      await js.publish(subjects.of(id), data, { headers: forged });
    }
    const expected = await readAll(id);
    assert.is(expected.length, 3);
    const upTo = await store.lastPosition();
    await eventually(async () => assert.equal(await store.historyOfAnyServer(id, { upTo }), expected));
  });

  test('finds the position at a time, and returns undefined or 0 for a missing message', async () => {
    const position = positionOf(await store.append(append(nextId())));
    const time = (await store.read(position))?.time ?? 0;
    assert.is(await store.positionAt(time + 60_000), position);
    assert.ok((await store.positionAt(time - 1)) < position);
    assert.is(await store.positionAt(0), 0);
    assert.is(await store.read(position + 1), undefined);
    assert.is(await store.lastPositionOf(nextId()), 0);
  });

  test('reports the last position that still has a message, because no replica reaches a deleted one', async () => {
    await jsm.streams.add({
      name: 'PURGED',
      subjects: [eventSubjects('purged').all],
      num_replicas: replicas,
      allow_atomic: true,
    });
    const purged = openStore(first, 'purged');
    const kept = positionOf(await purged.append(append(1)));
    await jsm.streams.deleteMessage('PURGED', positionOf(await purged.append(append(2))));
    assert.is(await purged.lastPosition(), kept);
    assert.is(await purged.lastPositionOf(2), 0);
    await jsm.streams.deleteMessage('PURGED', kept);
    assert.is(await purged.lastPosition(), 0);
    await jsm.streams.delete('PURGED');
  });

  test('stores nothing if the subject belongs to another stream', async () => {
    const misconfigured = openStore(first, 'ports', 'LAPTOPS');
    const before = (await jsm.streams.info('PORTS')).state.last_seq;
    for (const events of [[added], [added, added]]) {
      assert.is((await misconfigured.append(append(nextId(), 0, events))).outcome, 'unavailable');
    }
    assert.is((await jsm.streams.info('PORTS')).state.last_seq, before);
  });

  test('leaves no subscription and no consumer behind after reads', async () => {
    const id = nextId();
    const position = positionOf(await store.append(append(id)));
    const read = async () => {
      await store.read(position);
      await store.positionAt(Date.now());
      await store.lastPositionOf(id);
      await store.history(id, { upTo: position });
      await store.historyOfAnyServer(id, { upTo: position });
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
  if (!('position' in result)) throw new Error(`the append failed: ${JSON.stringify(result)}`);
  return result.position;
}
