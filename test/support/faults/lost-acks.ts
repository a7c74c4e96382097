/** Acknowledgements that get lost between the broker and the service: a client that asks again is told the same. */

import { randomUUID } from 'node:crypto';
import { connectForTest, startTestBroker } from '../broker/broker.ts';
import { isAcknowledged, sendWithRetry, type WriteResult, type Write } from '../http/idempotent-client.ts';
import { auditWrites, auditReplicas, readLaptopStream } from '../contract/stream-audit.ts';
import { startTcpProxy, type PublishFault } from '../broker/tcp-proxy.ts';
import { startReplicas } from './replicas.ts';
import { addResults, createRandom, emptyResult, type Scenario } from './scenario.ts';

/** What happens to the first tries of a write, one after the other; the next one goes through. */
const fates: readonly (readonly PublishFault[])[] = [
  ['cut after'],
  ['cut before'],
  ['cut after', 'cut after'],
  ['cut before', 'cut after'],
  ['cut after', 'cut before', 'cut after'],
];

/** Milliseconds that all answers of the broker are held: longer than an acknowledgement may take (2 s). */
const holdMs = 2_600;

/** How often, out of one, the answers are held instead. */
const holdShare = 0.25;

/** Writes that do not touch each other: new laptops with and without an id, and changes of those of the round before. */
function writesOf(round: number): Write[] {
  const body = { title: `round ${round}`, model: 'M1' };
  const [first, before] = [round * 10, (round - 1) * 10];
  const adds: Write[] = [0, 1, 2].map((index) => ({ method: 'POST', id: first + index, body }));
  // Without an id the service makes one, and another one for every try: the first one has to stay.
  adds.push({ method: 'POST', body }, { method: 'POST', body });
  if (round === 1) return adds;
  return [
    ...adds,
    { method: 'PUT', id: before, body },
    { method: 'PUT', id: before + 1, body },
    { method: 'DELETE', id: before + 2 },
  ];
}

/**
 * One replica is behind a bad network, and one is not. In every round several writes at once meet a fault; then the
 * same are sent again under the same keys through both replicas, and every answer has to be the first one.
 */
export const loseAcks: Scenario = async ({ rounds, seed, defer, report }) => {
  const broker = await startTestBroker();
  defer(broker.close);
  const { connection, jsm } = await connectForTest(broker);
  defer(() => connection.nc.close());
  const proxy = await startTcpProxy(broker.url);
  defer(proxy.close);
  const behind = await startReplicas({ natsUrl: proxy.url, count: 1, defer });
  const beside = await startReplicas({ natsUrl: broker.url, count: 1, defer });
  const [[bad = ''], [good = '']] = [behind.urls(), beside.urls()];

  const random = createRandom(seed);
  const answers: WriteResult[] = [];
  const complaints: string[] = [];
  let longestRecoveryMs = 0;

  /** Lets the next publishes meet their fate; returns what a person calls it. */
  function breakNetwork(): string {
    if (random() < holdShare) {
      proxy.hold();
      setTimeout(proxy.release, holdMs);
      return 'held';
    }
    const pending = [...(fates[Math.floor(random() * fates.length)] ?? [])];
    const fault = pending.join(', ');
    proxy.onPublish(() => pending.shift() ?? 'pass');
    return fault;
  }

  for (let round = 1; round <= rounds; round++) {
    const writes = writesOf(round).map((write) => ({ write, key: randomUUID() }));
    const fault = breakNetwork();
    const started = performance.now();
    const firsts = await Promise.all(
      writes.map(({ write, key }) => sendWithRetry(() => bad, write, { key })),
    );
    longestRecoveryMs = Math.max(longestRecoveryMs, performance.now() - started);
    proxy.release();
    proxy.onPublish(() => 'pass');
    answers.push(...firsts);
    for (const first of firsts) {
      if (!isAcknowledged(first)) complaints.push(`round ${round} (${fault}): ${describe(first)}`);
      for (const url of [bad, good]) {
        const again = await sendWithRetry(() => url, first.write, first);
        if (describe(again) === describe(first)) continue;
        complaints.push(`round ${round} (${fault}): first ${describe(first)}, then ${describe(again)}`);
      }
    }
    report?.(
      `${writes.length} writes, ${fault}: answered after ${Math.round(performance.now() - started)} ms`,
    );
  }
  const log = await readLaptopStream(connection, jsm);
  if (log.length !== answers.length) {
    complaints.push(`${answers.length} writes made ${log.length} messages`);
  }
  return [
    auditWrites(log, answers),
    await auditReplicas(log, [bad, good]),
    { ...emptyResult, rounds, longestRecoveryMs, diverged: complaints.length, complaints },
  ].reduce(addResults);
};

function describe({ status, position, etag, text }: WriteResult): string {
  return JSON.stringify({ status, position, etag, text });
}
