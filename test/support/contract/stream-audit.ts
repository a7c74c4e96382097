/** Compares what clients were told, and what replicas show, with what the messages holds: read here by a reader of its own. */

import { AckPolicy, DeliverPolicy, jetstream, type JetStreamManager } from '@nats-io/jetstream';
import { Rejection } from '../../../src/kit/domain/decider.ts';
import type { StoredMessage } from '../../../src/kit/domain/stored-message.ts';
import { createView, type View } from '../../../src/kit/eventlog/view.ts';
import { laptopEvents, type LaptopEvent } from '#contracts/laptops';
import { laptopDecider } from '../../../src/laptops/laptop.ts';
import type { Laptop } from '#contracts/laptops';
import { laptopResource } from '../../../src/laptops/resource.ts';
import { createCodec } from '../../../src/kit/nats/stream/codec.ts';
import type { Connection } from '../../../src/kit/nats/connection/connection.ts';
import { eventSubjects } from '../../../src/kit/nats/stream/subjects.ts';
import { eventually } from '../eventually.ts';
import { emptyResult, type ScenarioResult } from '../faults/scenario.ts';
import { isAcknowledged, type WriteResult } from '../http/idempotent-client.ts';

export type LaptopMessages = readonly StoredMessage<LaptopEvent>[];

/** Nanoseconds; what is left behind by a test that dies is gone soon. */
const inactiveThreshold = 30_000_000_000;

/** The whole stream, through a pull consumer of the client's: not through the code that is being tested. */
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
      // Not `message.time`: it goes through a number, and is a millisecond late for one message of some ten thousand.
      const time = Number(message.timestampNanos / 1_000_000n);
      messages.push(codec.decode({ subject, data, ...fields }, { position: last, time }));
      if (last >= state.last_seq) break;
    }
  }
  await jsm.consumers.delete(stream, name);
  return messages;
}

export function foldMessages(messages: LaptopMessages): View<Laptop | undefined, LaptopEvent> {
  const view = createView(laptopDecider);
  for (const message of messages) view.apply(message);
  return view;
}

/** Whether the messages holds what the clients were told, once each, and nothing that they were told had not happened. */
export function auditWrites(messages: LaptopMessages, answers: readonly WriteResult[]): ScenarioResult {
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
  for (const answer of answers) {
    const { key, write, status, position, etag } = answer;
    const stored = positions.get(key) ?? [];
    const told = `${write.method} ${write.id} ${key} was answered ${status} at ${position}`;
    if (!isAcknowledged(answer)) {
      if (stored.length > 0) diverged.push(`${told}, but stands at ${stored.join(', ')}`);
      else if (status >= 500) diverged.push(told);
      continue;
    }
    if (etag !== null && etag !== `"${position}"`) diverged.push(`${told} with ETag ${etag}`);
    if (write.method === 'DELETE' && stored.length === 0) {
      // It was gone already, and nothing had to be stored: the answer points at the message that was the last one.
      const message = byPosition.get(position);
      const isOfEntity = position === 0 || message?.id === write.id;
      if (!isOfEntity || existsAt(messages, write.id, position)) lost.push(`${told}, but it was there`);
    } else if (!stored.includes(position)) {
      lost.push(`${told}, but stands at ${stored.join(', ') || 'no position'}`);
    }
  }
  const duplicated = [...positions]
    .filter(([, found]) => found.length > 1)
    .map(([key, found]) => `${key} stands at ${found.join(' and ')}`);
  return {
    ...emptyResult,
    acknowledged: answers.filter(isAcknowledged).length,
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

/** Whether every replica lists what a fresh fold of the messages lists, and refused the same messages for the same reasons. */
export async function auditReplicas(
  messages: LaptopMessages,
  urls: readonly string[],
): Promise<ScenarioResult> {
  const view = foldMessages(messages);
  const position = messages.at(-1)?.position ?? 0;
  const laptops = view
    .list({ limit: Infinity })
    .map((laptop) => laptopResource.present(laptop, { ports: () => undefined }));
  const rejections = view
    .rejections()
    .map((rejected) => ({ ...rejected, time: new Date(rejected.time).toISOString() }));
  const complaints: string[] = [];
  for (const url of urls) {
    const listed = findDifference(await listAll(url, position), laptops);
    if (listed !== undefined)
      complaints.push(`${url} lists what a fresh fold of the messages does not: ${listed}`);
    const refused = findDifference(await readList(await fetch(`${url}/rejections`)), rejections);
    if (refused !== undefined)
      complaints.push(`${url} refused what a fresh fold of the messages does not: ${refused}`);
  }
  return { ...emptyResult, diverged: complaints.length, complaints };
}

/** The first place where two lists are not the same text, and what stands there; undefined when there is none. */
function findDifference(shown: readonly unknown[], wanted: readonly unknown[]): string | undefined {
  for (let index = 0; index < Math.max(shown.length, wanted.length); index++) {
    const [is, should] = [JSON.stringify(shown[index]), JSON.stringify(wanted[index])];
    if (is !== should) return `${is} at ${index} of ${shown.length}, not ${should} of ${wanted.length}`;
  }
  return undefined;
}

async function readList(response: Response): Promise<readonly unknown[]> {
  const body: unknown = await response.json();
  if (!Array.isArray(body)) throw new TypeError(`${response.url} answers no list: ${JSON.stringify(body)}`);
  return body as unknown[];
}

/** Every page of a replica's list, once it has applied `position`. */
async function listAll(url: string, position: number): Promise<unknown[]> {
  const found: unknown[] = [];
  let next: string | undefined = `${url}?limit=10000`;
  while (next !== undefined) {
    const page: string = next;
    const response = await eventually(async () => {
      const answer = await fetch(page, { headers: { 'Wait-For-Position': String(position) } });
      if (!answer.ok) throw new Error(`${page} answers ${answer.status}: ${await answer.text()}`);
      return answer;
    });
    found.push(...(await readList(response)));
    const link = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    next = link === undefined ? undefined : new URL(link, url).href;
  }
  return found;
}

/** How many messages of the messages are events, and how many are not. */
export function countEvents(messages: LaptopMessages): {
  readonly events: number;
  readonly rejected: number;
} {
  const rejected = messages.filter(({ content }) => content instanceof Rejection).length;
  return { events: messages.length - rejected, rejected };
}
