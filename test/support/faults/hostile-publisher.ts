/** Thousands of hostile messages in the stream: every replica refuses the same ones, and goes on as if nothing had been. */

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

/** How many hostile messages a round sends. */
export const hostileMessages = 10_000;
/** After so many of them comes an event that is one. */
const between = 250;
const window = 500;

/**
 * Memory is held flat from both sides. The heap of each replica is limited to this many MiB, which a replica that kept
 * what it refused would soon need more of, and end; so the resident memory is bounded as well.
 */
const heapMiB = 64;
const residentMiB = 360;

/** Resident memory of a process, in MiB. */
async function readMemory({ pid }: ServiceProcess): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}

/** Three replicas read 10,000 hostile messages a round, with events in between them. */
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
  const wanted: unknown[] = [];
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
      if (number % between === 0) {
        const id = hostileIds + number;
        const event = { type: 'LaptopAdded', title: `between ${number}`, model: 'M1' };
        pending.push(js.publish(`laptops.events.${id}`, JSON.stringify(event)));
        wanted.push({ id, title: event.title, model: event.model, ports: [] });
      }
      if (pending.length >= window) {
        await Promise.all(pending);
        pending = [];
      }
    }
    await Promise.all(pending);

    const answers = await Promise.all(
      replicas.urls().map((url, index) => {
        const id = 10_000_000 + round * 10 + index;
        const body = { title: 'still here', model: 'M1' };
        wanted.push({ id, ...body, ports: [] });
        return sendWithRetry(() => url, { method: 'POST', id, body });
      }),
    );
    if (!answers.every(isAcknowledged))
      complaints.push(`after the hostile messages: ${JSON.stringify(answers)}`);
    const log = await readLaptopStream(connection, jsm);
    result = [auditWrites(log, answers), await auditReplicas(log, replicas.urls())].reduce(
      addResults,
      result,
    );

    memory = await Promise.all(replicas.processes.map(readMemory));
    const { rejected } = countEvents(log);
    report?.(
      `${rejected} of ${log.length} messages are no events; memory ${memory.map(Math.round).join(', ')} MiB`,
    );
  }

  for (const url of replicas.urls()) {
    const response = await fetch(`${url}?limit=10000`);
    if ((await response.text()) !== JSON.stringify(wanted.toSorted(byId))) {
      complaints.push(`${url} does not list exactly the laptops whose events were sent`);
    }
  }
  const statuses = await findReplicas(connection.nc, 'laptops');
  const counts = new Set(statuses.map(({ rejected }) => rejected));
  if (statuses.length !== 3 || !counts.has(rounds * hostileMessages) || counts.size !== 1) {
    complaints.push(`${rounds * hostileMessages} messages were hostile, but ${JSON.stringify(statuses)}`);
  }
  for (const { probeUrl } of replicas.processes) {
    for (const probe of ['/livez', '/readyz']) {
      const { status } = await fetch(probeUrl + probe);
      if (status !== 200) complaints.push(`${probe} answers ${status}`);
    }
  }
  for (const [index, mebibytes] of memory.entries()) {
    if (mebibytes > residentMiB) complaints.push(`replica ${index} takes ${Math.round(mebibytes)} MiB`);
  }
  return addResults(result, { ...emptyResult, rounds, diverged: complaints.length, complaints });
};

function byId(a: unknown, b: unknown): number {
  return readId(a) - readId(b);
}

function readId(laptop: unknown): number {
  return typeof laptop === 'object' && laptop !== null && 'id' in laptop ? Number(laptop.id) : 0;
}
