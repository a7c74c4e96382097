/** Compares the responses of clients and the state of replicas with the contents of the stream. */

import { AckPolicy, DeliverPolicy, jetstream, type JetStreamManager } from '@nats-io/jetstream';
import { Rejection } from '../../../src/kit/domain/decider.ts';
import type { StoredMessage } from '../../../src/kit/domain/stored-message.ts';
import { createView, type View } from '../../../src/kit/eventlog/view/view.ts';
import { laptopContract, laptopEvents, type LaptopEvent } from '#contracts/laptops';
import type { Laptop } from '#contracts/laptops';
import { laptopService } from '../../../src/laptops/laptop.ts';
import { createCodec } from '../../../src/kit/nats/stream/codec.ts';
import type { Connection } from '../../../src/kit/nats/connection/connection.ts';
import { eventSubjects } from '../../../src/kit/nats/stream/subjects.ts';
import { eventually } from '../eventually.ts';
import { emptyResult, type ScenarioResult } from '../faults/scenario.ts';
import { isAcknowledged, type WriteResult } from '../http/idempotent-client.ts';

export type LaptopMessages = readonly StoredMessage<LaptopEvent>[];

/** In nanoseconds. After this time, the server removes the consumer of a test that crashed. */
const inactiveThreshold = 30_000_000_000;

/** Reads the whole stream with a pull consumer of the NATS client, independently of the code under test. */
export async function readLaptopStream({ nc }: Connection, jsm: JetStreamManager): Promise<LaptopMessages> {
  const stream = 'LAPTOPS';
  const codec = createCodec(laptopEvents, eventSubjects('laptops'));
  const { state } = await jsm.streams.info(stream);
  const { name } = await jsm.consumers.add(stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.All,
    inactive_threshold: inactiveThreshold,
  });
  const consumer = await jetstream(nc).consumers.get(stream, name);
  const messages: StoredMessage<LaptopEvent>[] = [];
  let last = 0;
  while (last < state.last_seq) {
    for await (const message of await consumer.fetch({ max_messages: 2_000, expires: 5_000 })) {
      last = message.seq;
      const { subject, data, headers } = message;
      const fields = headers === undefined ? {} : { headers };
      // `message.time` is computed with a loss of precision: it is 1 ms late for about one message in ten thousand.
      const time = Number(message.timestampNanos / 1_000_000n);
      const nanoseconds = Number(message.timestampNanos % 1_000_000n);
      messages.push(codec.decode({ subject, data, ...fields }, { position: last, time, nanoseconds }));
      if (last >= state.last_seq) break;
    }
  }
  await jsm.consumers.delete(stream, name);
  return messages;
}

export function foldMessages(messages: LaptopMessages): View<Laptop | undefined, LaptopEvent> {
  const view = createView(laptopContract.fold);
  for (const message of messages) view.apply(message);
  return view;
}

/**
 * Checks that every acknowledged write is stored exactly once, that no rejected write is stored, and that no response
 * has a status of 500 or more.
 */
export function auditWrites(messages: LaptopMessages, results: readonly WriteResult[]): ScenarioResult {
  const positions = new Map<string, number[]>();
  const byPosition = new Map<number, StoredMessage<LaptopEvent>>();
  for (const message of messages) {
    byPosition.set(message.position, message);
    if (message.messageId === undefined) continue;
    const known = positions.get(message.messageId);
    if (known === undefined) positions.set(message.messageId, [message.position]);
    else known.push(message.position);
  }
  const lost: string[] = [];
  const diverged: string[] = [];
  for (const result of results) {
    const { key, write, status, position, etag } = result;
    const stored = positions.get(key) ?? [];
    const response = `${write.method} ${write.id} ${key} returned ${status} at ${position}`;
    if (!isAcknowledged(result)) {
      if (stored.length > 0) diverged.push(`${response}, but is stored at ${stored.join(', ')}`);
      else if (status >= 500) diverged.push(response);
      continue;
    }
    if (etag !== null && etag !== `"${position}"`) diverged.push(`${response} with ETag ${etag}`);
    if (write.method === 'DELETE' && stored.length === 0) {
      // The laptop did not exist, so nothing was stored. The response has the position of the laptop's last message.
      const message = byPosition.get(position);
      const isOfEntity = position === 0 || message?.id === write.id;
      if (!isOfEntity || existsAt(messages, write.id, position))
        lost.push(`${response}, but the laptop existed`);
    } else if (!stored.includes(position)) {
      lost.push(`${response}, but is stored at ${stored.join(', ') || 'no position'}`);
    }
  }
  const duplicated = [...positions]
    .filter(([, found]) => found.length > 1)
    .map(([key, found]) => `${key} is stored at ${found.join(' and ')}`);
  return {
    ...emptyResult,
    acknowledged: results.filter(isAcknowledged).length,
    lost: lost.length,
    duplicated: duplicated.length,
    diverged: diverged.length,
    complaints: [...lost, ...duplicated, ...diverged].slice(0, 20),
  };
}

function existsAt(messages: LaptopMessages, id: number | undefined, position: number): boolean {
  const history = messages.filter((message) => message.id === id && message.position <= position);
  return id !== undefined && foldMessages(history).find(id).state !== undefined;
}

/** Checks that the laptops and the rejections (with reasons) of every replica equal a new fold of the messages. */
export async function auditReplicas(
  messages: LaptopMessages,
  urls: readonly string[],
): Promise<ScenarioResult> {
  const view = foldMessages(messages);
  const position = messages.at(-1)?.position ?? 0;
  const laptops = view
    .list({ limit: Infinity })
    .map((laptop) => laptopService.present(laptop, { ports: () => undefined }));
  const rejections = view
    .rejections()
    .map((rejected) => ({ ...rejected, time: new Date(rejected.time).toISOString() }));
  const complaints: string[] = [];
  for (const url of urls) {
    const listed = findDifference(await listAll(url, position), laptops);
    if (listed !== undefined) complaints.push(`the list of ${url} differs from the fold: ${listed}`);
    const rejected = findDifference(await readList(await fetch(`${url}/rejections`)), rejections);
    if (rejected !== undefined) complaints.push(`the rejections of ${url} differ from the fold: ${rejected}`);
  }
  return { ...emptyResult, diverged: complaints.length, complaints };
}

/** Describes the first difference between two lists, compared as JSON; undefined if they are equal. */
function findDifference(actual: readonly unknown[], expected: readonly unknown[]): string | undefined {
  for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
    const [found, wanted] = [JSON.stringify(actual[index]), JSON.stringify(expected[index])];
    if (found !== wanted) {
      return `${found} at ${index} of ${actual.length}, expected ${wanted} of ${expected.length}`;
    }
  }
  return undefined;
}

async function readList(response: Response): Promise<readonly unknown[]> {
  const body: unknown = await response.json();
  if (!Array.isArray(body)) throw new TypeError(`${response.url} is not a list: ${JSON.stringify(body)}`);
  return body as unknown[];
}

/** Reads all pages of a replica's list after the replica has applied `position`. */
async function listAll(url: string, position: number): Promise<unknown[]> {
  const found: unknown[] = [];
  let next: string | undefined = `${url}?limit=10000`;
  while (next !== undefined) {
    const page: string = next;
    const response = await eventually(async () => {
      const received = await fetch(page, { headers: { 'Wait-For-Position': String(position) } });
      if (!received.ok) throw new Error(`${page} returned ${received.status}: ${await received.text()}`);
      return received;
    });
    found.push(...(await readList(response)));
    const link = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    next = link === undefined ? undefined : new URL(link, url).href;
  }
  return found;
}

/** Counts the events and the undecodable messages. */
export function countEvents(messages: LaptopMessages): {
  readonly events: number;
  readonly rejected: number;
} {
  const rejected = messages.filter(({ content }) => content instanceof Rejection).length;
  return { events: messages.length - rejected, rejected };
}
