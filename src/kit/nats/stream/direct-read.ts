/**
 * Reads the messages on a subject by batched direct gets (ADR-31 of NATS), which need no consumer. Any server of the stream
 * responds; it may not have the latest messages.
 */

import type { MsgHdrs } from 'nats';
import type { DomainEvent } from '../../domain/decider.ts';
import type { StoredMessage } from '../../domain/stored-message.ts';
import type { Connection } from '../connection/connection.ts';
import * as header from '../connection/headers.ts';
import type { Codec, Stored } from './codec.ts';
import { storedOf } from './stream-identity.ts';

export type DirectReadOptions<Event extends DomainEvent> = {
  readonly connection: Connection;
  readonly stream: string;
  readonly codec: Codec<Event>;
  readonly subject: string;
  /** Batches after this position are not read. */
  readonly upTo: number;
  /** Time limit for each batch, in ms. */
  readonly timeoutMs: number;
};

/** Maximum number of messages in a batch. The server may return fewer. */
const batchSize = 1000;

/** Statuses of the response that ends a batch. */
const endOfBatch = 204;
const notFound = 404;

/**
 * Returns the messages in order. The last ones may be after `upTo`.
 *
 * @throws Error if no server responds in time, or the connection has no permission.
 */
export async function readDirect<Event extends DomainEvent>(
  options: DirectReadOptions<Event>,
): Promise<StoredMessage<Event>[]> {
  const found: StoredMessage<Event>[] = [];
  let after = 0;
  for (;;) {
    const { messages, isLast } = await readBatch(options, after + 1);
    found.push(...messages);
    const last = messages.at(-1)?.position;
    if (isLast || last === undefined || last >= options.upTo) return found;
    after = last;
  }
}

type Batch<Event extends DomainEvent> = {
  readonly messages: readonly StoredMessage<Event>[];
  /** Whether the server has no further message on the subject. */
  readonly isLast: boolean;
};

async function readBatch<Event extends DomainEvent>(
  { connection: { nc }, stream, codec, subject, timeoutMs }: DirectReadOptions<Event>,
  first: number,
): Promise<Batch<Event>> {
  const request = JSON.stringify({ seq: first, next_by_subj: subject, batch: batchSize });
  const responses = await nc.requestMany(`$JS.API.DIRECT.GET.${stream}`, request, {
    strategy: 'timer',
    maxWait: timeoutMs,
  });
  const messages: StoredMessage<Event>[] = [];
  for await (const response of responses) {
    const { headers } = response;
    if (headers === undefined) throw new Error('the response to a direct get has no headers');
    // Its publisher chose the other headers of a message, even the status: the server appends those that are read here.
    if (headers.has(header.sequenceHeader)) {
      messages.push(codec.decode({ subject, data: response.data, headers }, storedIn(headers)));
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
