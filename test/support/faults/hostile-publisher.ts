/** Publishes thousands of hostile messages and checks that every replica rejects them all and keeps working. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { jetstream } from '@nats-io/jetstream';
import { headers } from 'nats';
import { findReplicas } from '../../../src/kit/nats/services/replicas.ts';
import { connectForTest, startTestBroker } from '../broker/broker.ts';
import { isAcknowledged, sendWithRetry } from '../http/idempotent-client.ts';
import { auditWrites, auditReplicas, countEvents, readLaptopStream } from '../contract/stream-audit.ts';
import type { ServiceProcess } from '../process/service-process.ts';
import { hostileIds, makeHostileMessages } from './hostile-messages.ts';
import { startReplicas } from './replicas.ts';
import { addResults, emptyResult, type Scenario } from './scenario.ts';

/** Hostile messages per round. */
export const hostileMessages = 10_000;
/** Number of hostile messages between two valid events. */
const validEventInterval = 250;
/** Number of publishes to await at a time. */
const window = 500;

/** Heap limit of each replica. A replica that retained rejected messages would exceed it and crash. */
const heapMiB = 64;
/** Limit for the resident memory of each replica. */
const maxResidentMiB = 360;

/** Resident memory of a process, in MiB. */
async function readMemory({ pid }: ServiceProcess): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}

/** Sends hostile messages, interspersed with valid events, to three replicas. */
export const sendHostileMessages: Scenario = async ({ rounds, seed, defer, report }) => {
  const broker = await startTestBroker();
  defer(broker.close);
  const { connection, jsm } = await connectForTest(broker);
  defer(() => connection.nc.close());
  const replicas = await startReplicas({
    natsUrl: broker.url,
    count: 3,
    defer,
    env: { NODE_OPTIONS: `--max-old-space-size=${heapMiB}` },
  });
  const js = jetstream(connection.nc);
  const complaints: string[] = [];
  const expected: unknown[] = [];
  let memory: number[] = [];
  let result = emptyResult;

  for (let round = 1; round <= rounds; round++) {
    const sent = (round - 1) * hostileMessages;
    let pending: Promise<unknown>[] = [];
    let number = sent;
    for (const { token, payload, headers: fields } of makeHostileMessages(
      hostileMessages,
      seed + round,
      sent,
    )) {
      const entries = headers();
      for (const [name, value] of Object.entries(fields)) entries.set(name, value);
      pending.push(js.publish(`laptops.events.${token}`, payload, { headers: entries }));
      number += 1;
      if (number % validEventInterval === 0) {
        const id = hostileIds + number;
        const event = { type: 'LaptopAdded', title: `between ${number}`, model: 'M1' };
        pending.push(js.publish(`laptops.events.${id}`, JSON.stringify(event)));
        expected.push({ id, title: event.title, model: event.model, ports: [] });
      }
      if (pending.length >= window) {
        await Promise.all(pending);
        pending = [];
      }
    }
    await Promise.all(pending);

    const results = await Promise.all(
      replicas.urls().map((url, index) => {
        const id = 10_000_000 + round * 10 + index;
        const body = { title: 'still here', model: 'M1' };
        expected.push({ id, ...body, ports: [] });
        return sendWithRetry(() => url, { method: 'POST', id, body });
      }),
    );
    if (!results.every(isAcknowledged))
      complaints.push(`writes after the hostile messages failed: ${JSON.stringify(results)}`);
    const messages = await readLaptopStream(connection, jsm);
    result = [auditWrites(messages, results), await auditReplicas(messages, replicas.urls())].reduce(
      addResults,
      result,
    );

    memory = await Promise.all(replicas.processes.map(readMemory));
    const { rejected } = countEvents(messages);
    report?.(
      `${rejected} of ${messages.length} messages rejected; memory ${memory.map(Math.round).join(', ')} MiB`,
    );
  }

  for (const url of replicas.urls()) {
    const response = await fetch(`${url}?limit=10000`);
    if ((await response.text()) !== JSON.stringify(expected.toSorted(byId))) {
      complaints.push(`${url} does not list exactly the laptops that were added`);
    }
  }
  const statuses = await findReplicas(connection.nc, 'laptops');
  const counts = new Set(statuses.map(({ rejected }) => rejected));
  if (statuses.length !== 3 || !counts.has(rounds * hostileMessages) || counts.size !== 1) {
    complaints.push(`expected ${rounds * hostileMessages} rejections, but got ${JSON.stringify(statuses)}`);
  }
  for (const { probeUrl } of replicas.processes) {
    for (const probe of ['/livez', '/readyz']) {
      const { status } = await fetch(probeUrl + probe);
      if (status !== 200) complaints.push(`${probe} returned ${status}`);
    }
  }
  for (const [index, mebibytes] of memory.entries()) {
    if (mebibytes > maxResidentMiB) complaints.push(`replica ${index} uses ${Math.round(mebibytes)} MiB`);
  }
  return addResults(result, { ...emptyResult, rounds, diverged: complaints.length, complaints });
};

function byId(a: unknown, b: unknown): number {
  return readId(a) - readId(b);
}

function readId(laptop: unknown): number {
  return typeof laptop === 'object' && laptop !== null && 'id' in laptop ? Number(laptop.id) : 0;
}
