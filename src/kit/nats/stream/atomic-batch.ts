/** Messages that are stored together or not at all (ADR-50 of NATS, nats-server 2.12+). */

import type { JetStreamClient, PubAck } from '@nats-io/jetstream';
import { nuid, type MsgHdrs, type NatsConnection } from 'nats';
import * as header from '../connection/headers.ts';

/** How many messages a batch may hold. */
export const maxBatchLength = 1000;

export type OutgoingMessage = {
  readonly subject: string;
  readonly payload: string;
  readonly fields: MsgHdrs;
};

export type BatchOptions = {
  /** Refuse the messages unless they land in this stream. */
  readonly stream: string;
  /** How long, in milliseconds, to wait for the acknowledgement. */
  readonly timeoutMs: number;
};

/**
 * The batch is written here message by message, because the client's own ignores expectations and message ids (nats.js
 * 3.4). A single message is published as such.
 *
 * @returns the acknowledgement of the last one; the others lie right before it.
 * @throws JetStreamApiError when the broker took none of them.
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
    if (last > 0) {
      fields.set(header.batchIdHeader, batchId);
      fields.set(header.batchSequenceHeader, String(index + 1));
    }
    if (index < last) {
      nc.publish(subject, payload, { headers: fields });
    } else {
      if (last > 0) fields.set(header.batchCommitHeader, '1');
      return js.publish(subject, payload, {
        headers: fields,
        expect: { streamName: stream },
        timeout: timeoutMs,
      });
    }
  }
  throw new RangeError('a batch needs at least one message');
}
