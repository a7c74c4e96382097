/** Many writers at once on a stream with three replicas: one of them wins, and the guard of the broker never breaks. */

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

/** In every round 200 writers add a laptop under one id, spread over three replicas: one 201, and the rest 409. */
export const raceForOneId: Scenario = async ({ rounds, defer, report }) => {
  const cluster = await startTestCluster();
  defer(cluster.close);
  const { connection, jsm } = await connectForTest(cluster, 3);
  defer(() => connection.nc.close());
  const replicas = await startReplicas({ natsUrl: cluster.url, count: 3, defer });
  let result = emptyResult;

  for (let round = 1; round <= rounds; round++) {
    const urls = replicas.urls();
    const answers = await Promise.all(
      Array.from({ length: writers }, (_, writer) =>
        sendWithRetry(() => urls[writer % urls.length] ?? '', {
          method: 'POST',
          id: round,
          body: { title: `writer ${writer}`, model: 'M1' },
        }),
      ),
    );
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    const [won, refused] = [count(201), count(409)];
    const log = await readLaptopStream(connection, jsm);
    const stored = log.filter(({ id }) => id === round).length;
    const complaints =
      won === 1 && refused === writers - 1 && stored === 1
        ? []
        : [`id ${round}: ${won} × 201, ${refused} × 409, ${stored} messages`];
    result = [
      auditWrites(log, answers),
      await auditReplicas(log, urls),
      { ...emptyResult, rounds: 1, diverged: complaints.length, complaints },
    ].reduce(addResults, result);
    report?.(`id ${round}: ${won} × 201, ${refused} × 409`);
  }
  return result;
};

/**
 * Plain publishes, as `nats pub` makes them, race guarded appends on one subject: an append that was acknowledged comes
 * directly after the version that it was decided on.
 */
export const raceTheGuard: Scenario = async ({ rounds, defer, report }) => {
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

  const log = await readLaptopStream(publisher.connection, publisher.jsm);
  const positions = log.map(({ position }) => position);
  const complaints = acknowledged.flatMap(({ expected, position, messageId }) => {
    const stored = log.filter((message) => message.messageId === messageId);
    const before = positions[positions.indexOf(position) - 1] ?? 0;
    const isRight = stored.length === 1 && stored[0]?.position === position && before === expected;
    return isRight ? [] : [`${messageId} expected ${expected}, came after ${before}, at ${position}`];
  });
  report?.(`${acknowledged.length} guarded appends won against ${rounds * 2} plain publishes`);
  return {
    ...emptyResult,
    rounds,
    acknowledged: acknowledged.length,
    diverged: complaints.length,
    complaints,
  };
};
