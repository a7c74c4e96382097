/** Sends reads and writes from the network of a pod, and audits the writes. `load.ts` starts this script. */

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { laptopEvents } from '#contracts/laptops';
import {
  auditReplicas,
  auditWrites,
  type LaptopMessages,
} from '../../../../../test/support/contract/stream-audit.ts';
import { addResults } from '../../../../../test/support/faults/scenario.ts';
import { startWriteLoad } from '../../../../../test/support/http/write-load.ts';
import type { LoadMessage, LoadReport, LoadRequest } from './load.ts';

/** Timeout of a read, in ms. */
const readTimeoutMs = 10_000;
const pauseMs = 100;
const writers = 2;

/** Ids that no other load uses: a PUT that changes nothing stores no event, which the audit would report as lost. */
const firstId = Math.floor(Date.now() / 1000) * 100;

const CloudEvents = z.array(
  z.object({
    id: z.string(),
    subject: z.string(),
    time: z.string(),
    messageid: z.string().optional(),
    data: z.unknown(),
  }),
);

const [url = '', token = ''] = process.argv.slice(2);
const send = (message: LoadMessage) => process.send?.(message);
const failures: { at: number; reason: string }[] = [];
const recordFailure = (reason: string) => failures.push({ at: Date.now(), reason });
// Every request has a connection of its own, so that the Service chooses a pod for each.
const headers = { Connection: 'close', ...(token !== '' && { Authorization: `Bearer ${token}` }) };
let reads = 0;
let slowestMs = 0;
let stopped = false;

const writes = startWriteLoad({
  urls: () => [url],
  seed: Date.now(),
  clients: writers,
  firstId,
  pauseMs,
  headers,
  onRetry: (reason) => recordFailure(`write: ${reason}`),
});
const reading = readContinuously();

process.on('message', (request: LoadRequest) => {
  if ('awaitWrites' in request) {
    const target = writes.results.length + request.awaitWrites;
    void waitUntil(() => writes.results.length >= target).then(() => send({ type: 'written' }));
  } else void finish(request.audit).then((report) => send({ type: 'report', report }));
});
process.on('disconnect', () => process.exit(1));
send({ type: 'started' });

async function readContinuously(): Promise<void> {
  while (!stopped) {
    const started = Date.now();
    try {
      const response = await fetch(`${url}?limit=3`, { headers, signal: AbortSignal.timeout(readTimeoutMs) });
      await response.arrayBuffer();
      if (response.status === 200) reads += 1;
      else recordFailure(`read: status ${response.status}`);
    } catch (error) {
      recordFailure(`read: ${describe(error)}`);
    }
    slowestMs = Math.max(slowestMs, Date.now() - started);
    await sleep(pauseMs);
  }
}

/** The reason of a failed fetch is its cause. */
function describe(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? String(error.cause) : String(error);
}

/** Stops the load. @param replicas URLs of all pods, whose state is compared with the events. */
async function finish(replicas: readonly string[]): Promise<LoadReport> {
  stopped = true;
  const results = await writes.stop();
  await reading;
  const [first = url] = replicas;
  const messages = await readEvents(first);
  const { acknowledged, lost, duplicated, complaints, diverged } = addResults(
    auditWrites(messages, results),
    await auditReplicas(messages, replicas),
  );
  return {
    reads,
    writes: results.length,
    acknowledged,
    failures,
    slowestMs,
    lost,
    duplicated,
    diverged,
    complaints,
  };
}

/** Reads all events of the stream. The load writes no event that a fold rejects. */
async function readEvents(collection: string): Promise<LaptopMessages> {
  const messages = [];
  let next: string | undefined = `${collection}/events?limit=1000`;
  while (next !== undefined) {
    const page: string = next;
    const response: Response = await fetch(page, {
      headers: { Accept: 'application/cloudevents-batch+json', 'Wait-For-Position': 'latest' },
    });
    if (!response.ok) throw new Error(`${page} returned ${response.status}: ${await response.text()}`);
    for (const event of CloudEvents.parse(await response.json())) {
      messages.push({
        position: Number(event.id),
        id: Number(event.subject),
        subject: `laptops.events.${event.subject}`,
        time: Date.parse(event.time),
        nanoseconds: 0,
        messageId: event.messageid,
        commandDigest: undefined,
        content: laptopEvents.read(event.data),
      });
    }
    const link = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    next = link === undefined ? undefined : new URL(link, page).href;
  }
  return messages;
}

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}
