/** Concurrent writers on a stream with three replicas. The broker's expected-version check must never accept two of them. */

import { jetstream } from '@nats-io/jetstream';
import { createCodec } from '../../../src/kit/nats/stream/codec.ts';
import { createEventStore } from '../../../src/kit/nats/stream/event-store.ts';
import { eventSubjects } from '../../../src/kit/nats/stream/subjects.ts';
import { laptopEvents } from '#contracts/laptops';
import { connectForTest } from '../broker/broker.ts';
import { startTestCluster } from '../broker/cluster.ts';
import { sendWithRetry } from '../http/idempotent-client.ts';
import { auditWrites, auditReplicas, readLaptopStream } from '../contract/stream-audit.ts';
import { startReplicas } from './replicas.ts';
import { addResults, emptyResult, type Scenario } from './scenario.ts';

const writers = 200;

/** 200 writers add a laptop with the same id through three replicas: one gets 201, the others get 409. */
export const raceForOneId: Scenario = async ({ rounds, defer, report }) => {
  const cluster = await startTestCluster();
  defer(cluster.close);
  const { connection, jsm } = await connectForTest(cluster, 3);
  defer(() => connection.nc.close());
  const replicas = await startReplicas({ natsUrl: cluster.url, count: 3, defer });
  let result = emptyResult;

  for (let round = 1; round <= rounds; round++) {
    const urls = replicas.urls();
    const results = await Promise.all(
      Array.from({ length: writers }, (_, writer) =>
        sendWithRetry(() => urls[writer % urls.length] ?? '', {
          method: 'POST',
          id: round,
          body: { title: `writer ${writer}`, model: 'M1' },
        }),
      ),
    );
    const count = (status: number) => results.filter((result) => result.status === status).length;
    const [created, conflicts] = [count(201), count(409)];
    const messages = await readLaptopStream(connection, jsm);
    const stored = messages.filter(({ id }) => id === round).length;
    const complaints =
      created === 1 && conflicts === writers - 1 && stored === 1
        ? []
        : [`id ${round}: ${created} × 201, ${conflicts} × 409, ${stored} messages`];
    result = [
      auditWrites(messages, results),
      await auditReplicas(messages, urls),
      { ...emptyResult, rounds: 1, diverged: complaints.length, complaints },
    ].reduce(addResults, result);
    report?.(`id ${round}: ${created} × 201, ${conflicts} × 409`);
  }
  return result;
};

/**
 * Unconditional publishes, as `nats pub` sends them, race with appends that have an expected version, on one subject.
 * An acknowledged append must directly follow its expected version.
 */
export const raceExpectedVersion: Scenario = async ({ rounds, defer, report }) => {
  const cluster = await startTestCluster();
  defer(cluster.close);
  const connections = await Promise.all(Array.from({ length: 3 }, () => connectForTest(cluster, 3)));
  defer(() => Promise.all(connections.map(({ connection }) => connection.nc.close())));
  const [publisher, ...appenders] = connections;
  if (publisher === undefined) throw new Error('unreachable');
  const subjects = eventSubjects('laptops');
  const codec = createCodec(laptopEvents, subjects);
  const stores = appenders.map(({ connection, jsm }) =>
    createEventStore({ connection, jsm, stream: 'LAPTOPS', subjects, codec }),
  );
  const id = 1;
  const subject = subjects.of(id);
  let version = 0;
  const acknowledged: { readonly expected: number; readonly position: number; readonly messageId: string }[] =
    [];

  for (let round = 1; round <= rounds; round++) {
    const expected = version;
    const raw = Array.from({ length: 2 }, (_, index) =>
      jetstream(publisher.connection.nc).publish(subject, `{"type":"raw ${round} ${index}"}`),
    );
    const appends = stores.map(async (store, index) => {
      const messageId = `guarded-${round}-${index}`;
      const result = await store.append({
        id,
        events: [{ type: 'LaptopRevised', title: messageId }],
        expectedVersion: expected,
        messageId,
        commandDigest: messageId,
      });
      if (result.outcome === 'written' || result.outcome === 'duplicate') {
        acknowledged.push({ expected, position: result.position, messageId });
      }
    });
    const acks = await Promise.all(raw);
    await Promise.all(appends);
    version = Math.max(...acks.map(({ seq }) => seq), acknowledged.at(-1)?.position ?? 0);
  }

  const messages = await readLaptopStream(publisher.connection, publisher.jsm);
  const positions = messages.map(({ position }) => position);
  const complaints = acknowledged.flatMap(({ expected, position, messageId }) => {
    const stored = messages.filter((message) => message.messageId === messageId);
    const previous = positions[positions.indexOf(position) - 1] ?? 0;
    const isCorrect = stored.length === 1 && stored[0]?.position === position && previous === expected;
    return isCorrect ? [] : [`${messageId} at ${position} follows ${previous}, but expected ${expected}`];
  });
  report?.(`${acknowledged.length} appends acknowledged among ${rounds * 2} unconditional publishes`);
  return {
    ...emptyResult,
    rounds,
    acknowledged: acknowledged.length,
    diverged: complaints.length,
    complaints,
  };
};
