import type { JetStreamClient, PubAck } from '@nats-io/jetstream';
import { headers, nuid, type MsgHdrs, type NatsConnection } from 'nats';
import * as header from '../connection/headers.ts';

/** Server limit on the number of messages in a batch. */
export const maxBatchLength = 1000;

export type OutgoingMessage = {
  readonly subject: string;
  readonly payload: string;
  /** The headers by name. */
  readonly fields: Readonly<Record<string, string>>;
};

export type BatchOptions = {
  /** The server rejects the messages unless their subjects belong to this stream. */
  readonly stream: string;
  /** Timeout for the acknowledgement, in ms. */
  readonly timeoutMs: number;
};

/**
 * Stores all messages or none (atomic batch: ADR-50 of NATS, nats-server 2.12+). Sets the batch headers itself, because
 * the client's batch API ignores expectations and message ids (nats.js 3.4). A single message is published normally.
 *
 * @returns the acknowledgement of the last message; the others have the sequences directly before it.
 * @throws JetStreamApiError if the broker rejected the messages.
 */
export async function publishBatch(
  nc: NatsConnection,
  js: JetStreamClient,
  messages: readonly OutgoingMessage[],
  { stream, timeoutMs }: BatchOptions,
): Promise<PubAck> {
  const batchId = nuid.next();
  const last = messages.length - 1;
  for (const [index, { subject, payload, fields }] of messages.entries()) {
    const fieldsOfBatch = {
      [header.batchIdHeader]: batchId,
      [header.batchSequenceHeader]: String(index + 1),
      ...(index === last && { [header.batchCommitHeader]: '1' }),
    };
    const options = { headers: toHeaders(last > 0 ? { ...fields, ...fieldsOfBatch } : fields) };
    if (index < last) nc.publish(subject, payload, options);
    else
      return js.publish(subject, payload, { ...options, expect: { streamName: stream }, timeout: timeoutMs });
  }
  throw new RangeError('a batch needs at least one message');
}

function toHeaders(fields: Readonly<Record<string, string>>): MsgHdrs {
  const result = headers();
  for (const [name, value] of Object.entries(fields)) result.set(name, value);
  return result;
}
