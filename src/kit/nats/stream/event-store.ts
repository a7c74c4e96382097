/** The event store on JetStream. Each entity has one subject, on which the broker checks the expected version. */

import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, JetStreamApiError, JetStreamError, type JetStreamManager } from '@nats-io/jetstream';
import { deadline, errors } from 'nats';
import type { DomainEvent } from '../../domain/decider.ts';
import type { Append, AppendResult, EventStore } from '../../eventlog/event-store.ts';
import { toMessages } from './append-messages.ts';
import { publishBatch } from './atomic-batch.ts';
import { brokerErrors } from '../connection/broker-errors.ts';
import type { Codec } from './codec.ts';
import { createGroupCommit } from './group-commit.ts';
import { isPublishForbidden, type Connection } from '../connection/connection.ts';
import * as header from '../connection/headers.ts';
import { createStreamReader, isStreamMissing } from './stream-reader.ts';
import type { Subjects } from './subjects.ts';

export type EventStoreOptions<Event extends DomainEvent> = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly subjects: Subjects;
  readonly codec: Codec<Event>;
  /** Version of the service, stored with its events. Default: none. */
  readonly version?: string | undefined;
  /** Timeout for the acknowledgement of a publish, and for each read that checks whether it was stored, in ms. */
  readonly ackTimeoutMs?: number;
  /**
   * How long an append whose outcome is unknown is retried, in ms. The default outlasts a leader election, which the
   * servers start 4 to 9 s after the last message from the old leader.
   */
  readonly appendTimeoutMs?: number;
  /** Aborted when the process shuts down: an append whose outcome is unknown returns `unknown` without a retry. */
  readonly stopping?: AbortSignal | undefined;
  /** Called before an append whose outcome is unknown is retried. */
  onRetry?(): void;
};

/** Delay between two attempts, in ms. */
const retryMs = 100;

export function createEventStore<Event extends DomainEvent>({
  connection,
  jsm,
  stream,
  subjects,
  codec,
  version,
  ackTimeoutMs = 2_000,
  appendTimeoutMs = 15_000,
  stopping,
  onRetry,
}: EventStoreOptions<Event>): EventStore<Event> {
  const { nc } = connection;
  const js = jetstream(nc);

  const { getMessage, ...reads } = createStreamReader({
    connection,
    jsm,
    stream,
    subjects,
    codec,
    requestTimeoutMs: ackTimeoutMs,
    // Commands read too, and wait for a leader as long as an append does.
    queryTimeoutMs: appendTimeoutMs,
    stopping,
  });

  const publish = createGroupCommit(
    (messages) => publishBatch(nc, js, messages, { stream, timeoutMs: ackTimeoutMs }),
    () => performance.eventLoopUtilization().idle,
  );

  /**
   * Returns the position of the append's last message if it is stored. Because of the expected version, its messages can only
   * be the first ones on the subject after that version.
   */
  async function findOwn({
    id,
    events,
    expectedVersion,
    messageId,
  }: Append<Event>): Promise<number | undefined> {
    let position = expectedVersion;
    for (const _ of events) {
      const response = getMessage({ seq: position + 1, next_by_subj: subjects.of(id) });
      const next = await deadline(response, ackTimeoutMs);
      if (next === null) return undefined;
      position = next.seq;
      if (next.header.get(header.messageIdHeader) === messageId) return position;
    }
    return undefined;
  }

  /**
   * Makes one attempt. Returns `unknown` if no acknowledgement arrived and the message is not found (yet).
   *
   * @param unresolved the `unknown` result of an earlier attempt; returned again if this attempt does not resolve it
   */
  async function tryAppend(
    append: Append<Event>,
    unresolved: AppendResult | undefined,
  ): Promise<AppendResult> {
    try {
      const { seq, duplicate } = await publish(toMessages(append, { subjects, codec, version }));
      return { outcome: duplicate ? 'duplicate' : 'written', position: seq };
    } catch (error) {
      const failure = classify(error);
      if (failure === 'rejected' && unresolved === undefined) return { outcome: 'unavailable', cause: error };
      if (failure === 'lost' && stopping?.aborted) return { outcome: 'unknown', cause: error };
      try {
        const own = await findOwn(append);
        if (own !== undefined) return { outcome: 'duplicate', position: own };
      } catch (cause) {
        if (!isStreamMissing(cause) || unresolved !== undefined) return { outcome: 'unknown', cause };
        return { outcome: isNoResponders(error) ? 'unavailable' : 'unknown', cause };
      }
      switch (failure) {
        case 'conflict':
          return { outcome: 'conflict' };
        case 'contended':
          // The write in flight may be an earlier attempt of this append.
          return unresolved ?? { outcome: 'conflict' };
        case 'rejected':
        case 'lost':
          return { outcome: 'unknown', cause: error };
      }
    }
  }

  /** Waits before the next attempt. Returns false at once on shutdown, or if `deadlineAt` would be exceeded. */
  async function waitForRetry(deadlineAt: number): Promise<boolean> {
    if (stopping?.aborted || Date.now() + retryMs >= deadlineAt) return false;
    await sleep(retryMs);
    return true;
  }

  return {
    ...reads,

    async append(append) {
      if (!(await connection.confirmUp())) {
        return { outcome: 'unavailable', cause: new Error('not connected') };
      }
      const deadlineAt = Date.now() + appendTimeoutMs;
      let unresolved: AppendResult | undefined;
      for (;;) {
        const result = await tryAppend(append, unresolved);
        // A retry is safe: the expected version or the message id prevents a second write.
        if (result.outcome !== 'unknown' || isStreamMissing(result.cause)) return result;
        if (!(await waitForRetry(deadlineAt))) return result;
        unresolved = result;
        onRetry?.();
      }
    },
  };
}

/** Whether nothing subscribes to the subject of a request: no stream can have stored it. */
function isNoResponders(error: unknown): boolean {
  // JetStream's publish wraps the error of its request.
  const reason = error instanceof Error && error.cause instanceof errors.RequestError ? error.cause : error;
  return reason instanceof errors.RequestError && reason.isNoResponders();
}

/**
 * Classifies a failed publish. `conflict`: the expected version did not match (or the message was already stored);
 * `contended`: a conflicting write is in flight; `rejected`: the broker did not store the message; `lost`: the outcome is
 * unknown.
 */
function classify(error: unknown): 'conflict' | 'contended' | 'rejected' | 'lost' {
  if (error instanceof JetStreamApiError) {
    switch (error.code) {
      case brokerErrors.wrongLastSequence:
        return 'conflict';
      case brokerErrors.wrongLastSequenceUnknown:
      case brokerErrors.batchDuplicate:
        return 'contended';
      case brokerErrors.leaderChange:
      case brokerErrors.duplicateInFlight:
        return 'lost';
      default:
        return 'rejected';
    }
  }
  // No responders counts as `lost`: the stream does not respond during a leader election, and a retry succeeds later.
  return error instanceof JetStreamError || isPublishForbidden(error) ? 'rejected' : 'lost';
}
