/**
 * Reads messages by batched direct gets (ADR-31 of NATS), which need no consumer. Any server of the stream responds; it may
 * not have the latest messages.
 */

import type { MsgHdrs } from 'nats';
import type { DomainEvent } from '../../domain/decider.ts';
import type { LoggedMessage } from '../../eventlog/event-store.ts';
import type { Connection } from '../connection/connection.ts';
import * as header from '../connection/headers.ts';
import type { Codec, Stored } from './codec.ts';
import { storedOf } from './stream-identity.ts';

export type DirectReadOptions<Event extends DomainEvent> = {
  readonly connection: Connection;
  readonly stream: string;
  readonly codec: Codec<Event>;
  /** May have wildcards. */
  readonly subject: string;
  /** Starts after this position. Default: 0. */
  readonly after?: number;
  /** Batches after this position are not read. */
  readonly upTo: number;
  /** Maximum number of messages. Default: no limit. */
  readonly limit?: number;
  /** No further batch is read once the payloads have as many bytes. Default: no limit. */
  readonly maxBytes?: number;
  /** Time limit for each batch, in ms. */
  readonly timeoutMs: number;
};

export type DirectRead<Event extends DomainEvent> = {
  /** In order. The last ones may be after `upTo`. */
  readonly messages: readonly LoggedMessage<Event>[];
  /** Whether the server has no further message on the subject. */
  readonly isLast: boolean;
};

/** Maximum number of messages in a batch. The server may return fewer. A larger batch takes no less time per message. */
const batchSize = 250;
/** Maximum size of a batch of a read with a limit in bytes. A larger message is a batch of its own. */
const batchBytes = 1024 * 1024;

/** Statuses of the response that ends a batch. */
const endOfBatch = 204;
const notFound = 404;

/** @throws Error if no server responds in time, or the connection has no permission. */
export async function readDirect<Event extends DomainEvent>(
  options: DirectReadOptions<Event>,
): Promise<DirectRead<Event>> {
  const { upTo, limit = Infinity, maxBytes = Infinity } = options;
  const found: LoggedMessage<Event>[] = [];
  let { after = 0 } = options;
  let bytes = 0;
  if (upTo <= after) return { messages: found, isLast: false };
  for (;;) {
    // A range has no more messages than positions.
    const count = Math.min(batchSize, limit - found.length, upTo - after);
    const { messages, isLast } = await readBatch(options, after + 1, count);
    found.push(...messages);
    for (const { payload } of messages) bytes += payload.length;
    const last = messages.at(-1)?.message.position;
    if (isLast || last === undefined) return { messages: found, isLast: true };
    if (last >= upTo || found.length >= limit || bytes >= maxBytes) return { messages: found, isLast: false };
    after = last;
  }
}

async function readBatch<Event extends DomainEvent>(
  { connection: { nc }, stream, codec, subject, maxBytes, timeoutMs }: DirectReadOptions<Event>,
  first: number,
  batch: number,
): Promise<DirectRead<Event>> {
  const request = {
    seq: first,
    next_by_subj: subject,
    batch,
    ...(maxBytes !== undefined && { max_bytes: batchBytes }),
  };
  const responses = await nc.requestMany(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(request), {
    strategy: 'timer',
    maxWait: timeoutMs,
  });
  const messages: LoggedMessage<Event>[] = [];
  for await (const response of responses) {
    const { headers, data } = response;
    if (headers === undefined) throw new Error('the response to a direct get has no headers');
    // Its publisher chose the other headers of a message, even the status: the server appends those that are read here.
    if (headers.has(header.sequenceHeader)) {
      const message = { subject: headers.last(header.subjectHeader), data, headers };
      messages.push({ message: codec.decode(message, storedIn(headers)), payload: data });
    } else if (headers.code === notFound) {
      return { messages, isLast: true };
    } else if (headers.code === endOfBatch) {
      return { messages, isLast: headers.last(header.pendingHeader) === '0' };
    } else {
      throw new Error(`${headers.code} ${headers.description}`);
    }
  }
  throw new Error(`no end of the batch after ${timeoutMs} ms`);
}

function storedIn(headers: MsgHdrs): Stored {
  const timestamp = headers.last(header.timestampHeader);
  return storedOf({ seq: Number(headers.last(header.sequenceHeader)), time: new Date(timestamp), timestamp });
}
