/** Many appends to different entities at once, for imports: they share a write to the disk. */

import { setImmediate } from 'node:timers/promises';
import { jetstream, JetStreamApiError } from '@nats-io/jetstream';
import { headers } from 'nats';
import type { DomainEvent } from '../core/decider.ts';
import type { Append, AppendResult, EventStore } from '../core/event-store.ts';
import { maxBatchLength, publishBatch } from './atomic-batch.ts';
import type { EventStoreOptions } from './event-store.ts';
import * as header from './headers.ts';

type AppendOne<Event extends DomainEvent> = EventStore<Event>['append'];

type Waiting<Event extends DomainEvent> = {
  readonly append: Append<Event>;
  resolve(result: AppendResult | Promise<AppendResult>): void;
};

/**
 * Gathers appends of one event each while a batch is under way, and sends them as the next one. Every message has its own
 * guard, and the broker takes the whole batch or nothing: one that it refuses is halved until what is wrong stands alone,
 * and where no answer comes, `appendOne` finds out for each append what became of it. So every append ends as if it had been sent
 * alone. Two of one entity must not be under way at the same time.
 */
export function gatherAppends<Event extends DomainEvent>(
  { connection: { nc }, stream, subjects, codec, ackTimeoutMs = 2_000 }: EventStoreOptions<Event>,
  appendOne: AppendOne<Event>,
): AppendOne<Event> {
  const js = jetstream(nc);
  const waiting: Waiting<Event>[] = [];
  let isSending = false;

  async function send(batch: readonly Waiting<Event>[]): Promise<void> {
    const sendOne = ({ append, resolve }: Waiting<Event>) => resolve(appendOne(append));
    if (batch.length <= 1) return batch.forEach(sendOne);
    try {
      const messages = batch.map(({ append }) => toMessage(append));
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
      // Whoever has just been answered has something new to send.
      await setImmediate();
      await send(waiting.splice(0, maxBatchLength));
    }
    isSending = false;
  }

  function toMessage({ id, events: [event], expectedVersion, messageId, commandDigest }: Append<Event>) {
    if (event === undefined) throw new RangeError('an append needs at least one event');
    const fields = headers();
    fields.set(header.expectedSubjectSequenceHeader, String(expectedVersion));
    fields.set(header.messageIdHeader, messageId);
    fields.set(header.commandDigestHeader, commandDigest);
    return { subject: subjects.of(id), payload: codec.encode(event), fields };
  }

  return (append) =>
    append.events.length === 1
      ? new Promise((resolve) => {
          waiting.push({ append, resolve });
          if (!isSending) void sendAll();
        })
      : appendOne(append);
}
