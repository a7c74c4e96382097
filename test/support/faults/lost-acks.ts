/** Loses acknowledgements between the broker and the service. A retried write must get the same response. */

import { randomUUID } from 'node:crypto';
import { connectForTest, startTestBroker } from '../broker/broker.ts';
import { isAcknowledged, sendWithRetry, type WriteResult, type Write } from '../http/idempotent-client.ts';
import { auditWrites, auditReplicas, readLaptopStream } from '../contract/stream-audit.ts';
import { startTcpProxy, type PublishFault } from '../broker/tcp-proxy.ts';
import { startReplicas } from './replicas.ts';
import { addResults, createRandom, emptyResult, type Scenario } from './scenario.ts';

/** Faults for consecutive publishes. Publishes after the last fault pass. */
const faultSequences: readonly (readonly PublishFault[])[] = [
  ['cut after'],
  ['cut before'],
  ['cut after', 'cut after'],
  ['cut before', 'cut after'],
  ['cut after', 'cut before', 'cut after'],
];

/** How long the broker's responses are held, in ms: longer than the acknowledgement timeout (2 s). */
const holdMs = 2_600;

/** Probability of holding the responses instead of applying a fault sequence. */
const holdProbability = 0.25;

/** Independent writes: adds with and without an id, and changes to the laptops of the previous round. */
function writesOf(round: number): Write[] {
  const body = { title: `round ${round}`, model: 'M1' };
  const [first, previous] = [round * 10, (round - 1) * 10];
  const adds: Write[] = [0, 1, 2].map((index) => ({ method: 'POST', id: first + index, body }));
  // Without an id, the service generates a new one for every attempt. The id of the first attempt must be retained.
  adds.push({ method: 'POST', body }, { method: 'POST', body });
  if (round === 1) return adds;
  return [
    ...adds,
    { method: 'PUT', id: previous, body },
    { method: 'PUT', id: previous + 1, body },
    { method: 'DELETE', id: previous + 2 },
  ];
}

/**
 * Runs one replica behind a faulty network and one on a direct connection. In every round, concurrent writes hit a
 * fault. Then the same writes are sent again with the same keys through both replicas, and every response must equal
 * the first one.
 */
export const loseAcks: Scenario = async ({ rounds, seed, defer, report }) => {
  const broker = await startTestBroker();
  defer(broker.close);
  const { connection, jsm } = await connectForTest(broker);
  defer(() => connection.nc.close());
  const proxy = await startTcpProxy(broker.url);
  defer(proxy.close);
  const proxied = await startReplicas({ natsUrl: proxy.url, count: 1, defer });
  const direct = await startReplicas({ natsUrl: broker.url, count: 1, defer });
  const [[proxiedUrl = ''], [directUrl = '']] = [proxied.urls(), direct.urls()];

  const random = createRandom(seed);
  const results: WriteResult[] = [];
  const complaints: string[] = [];
  let longestRecoveryMs = 0;

  /** Injects a random fault and returns its description. */
  function breakNetwork(): string {
    if (random() < holdProbability) {
      proxy.hold();
      setTimeout(proxy.release, holdMs);
      return 'held';
    }
    const pending = [...(faultSequences[Math.floor(random() * faultSequences.length)] ?? [])];
    const fault = pending.join(', ');
    proxy.onPublish(() => pending.shift() ?? 'pass');
    return fault;
  }

  for (let round = 1; round <= rounds; round++) {
    const writes = writesOf(round).map((write) => ({ write, key: randomUUID() }));
    const fault = breakNetwork();
    const started = performance.now();
    const firsts = await Promise.all(
      writes.map(({ write, key }) => sendWithRetry(() => proxiedUrl, write, { key })),
    );
    longestRecoveryMs = Math.max(longestRecoveryMs, performance.now() - started);
    proxy.release();
    proxy.onPublish(() => 'pass');
    results.push(...firsts);
    for (const first of firsts) {
      if (!isAcknowledged(first)) complaints.push(`round ${round} (${fault}): ${describe(first)}`);
      for (const url of [proxiedUrl, directUrl]) {
        const again = await sendWithRetry(() => url, first.write, first);
        if (describe(again) === describe(first)) continue;
        complaints.push(`round ${round} (${fault}): first ${describe(first)}, then ${describe(again)}`);
      }
    }
    report?.(
      `${writes.length} writes, ${fault}: completed after ${Math.round(performance.now() - started)} ms`,
    );
  }
  const messages = await readLaptopStream(connection, jsm);
  if (messages.length !== results.length) {
    complaints.push(`${results.length} writes stored ${messages.length} messages`);
  }
  return [
    auditWrites(messages, results),
    await auditReplicas(messages, [proxiedUrl, directUrl]),
    { ...emptyResult, rounds, longestRecoveryMs, diverged: complaints.length, complaints },
  ].reduce(addResults);
};

function describe({ status, position, etag, text }: WriteResult): string {
  return JSON.stringify({ status, position, etag, text });
}
