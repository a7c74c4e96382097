/** Group commit: appends made while a batch is in flight are sent together and share one write to the disk. */

import { setImmediate } from 'node:timers/promises';
import { jetstream, JetStreamApiError } from '@nats-io/jetstream';
import type { DomainEvent } from '../../../src/kit/domain/decider.ts';
import type { Append, AppendResult, EventStore } from '../../../src/kit/eventlog/event-store.ts';
import { toMessages } from '../../../src/kit/nats/stream/append-messages.ts';
import { maxBatchLength, publishBatch } from '../../../src/kit/nats/stream/atomic-batch.ts';
import type { EventStoreOptions } from '../../../src/kit/nats/stream/event-store.ts';

type AppendOne<Event extends DomainEvent> = EventStore<Event>['append'];

type Waiting<Event extends DomainEvent> = {
  readonly append: Append<Event>;
  resolve(result: AppendResult | Promise<AppendResult>): void;
};

/**
 * Collects single-event appends while a batch is in flight and sends them as the next batch. Each append has the same
 * result as if it had been sent alone: every message carries its own expected version and the broker stores a whole batch or
 * nothing. A rejected batch is split in half until the rejected append is isolated. If the broker does not respond,
 * `appendOne` determines the result of each append.
 *
 * At most one append per entity may be in flight.
 */
export function createAppendBatcher<Event extends DomainEvent>(
  { connection, stream, subjects, codec, ackTimeoutMs = 2_000 }: EventStoreOptions<Event>,
  appendOne: AppendOne<Event>,
): AppendOne<Event> {
  const { nc } = connection;
  const js = jetstream(nc);
  const waiting: Waiting<Event>[] = [];
  let isSending = false;

  async function send(batch: readonly Waiting<Event>[]): Promise<void> {
    const sendOne = ({ append, resolve }: Waiting<Event>) => resolve(appendOne(append));
    if (batch.length <= 1 || !connection.isUp) return batch.forEach(sendOne);
    try {
      const messages = batch.flatMap(({ append }) => toMessages(append, { subjects, codec }));
      const { seq } = await publishBatch(nc, js, messages, { stream, timeoutMs: ackTimeoutMs });
      const before = seq - batch.length;
      for (const [index, { resolve }] of batch.entries())
        resolve({ outcome: 'written', position: before + index + 1 });
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) return batch.forEach(sendOne);
      const middle = batch.length >> 1;
      await send(batch.slice(0, middle));
      await send(batch.slice(middle));
    }
  }

  async function sendAll() {
    isSending = true;
    while (waiting.length > 0) {
      // Callers that have just received a result enqueue their next append first.
      await setImmediate();
      await send(waiting.splice(0, maxBatchLength));
    }
    isSending = false;
  }

  return (append) =>
    append.events.length === 1
      ? new Promise((resolve) => {
          waiting.push({ append, resolve });
          if (!isSending) void sendAll();
        })
      : appendOne(append);
}
