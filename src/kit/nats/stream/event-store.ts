/** The event store on JetStream: one subject per entity, and the broker checks that nobody came first. */

import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import {
  jetstream,
  JetStreamApiError,
  JetStreamError,
  type JetStreamManager,
  type PubAck,
  type MsgRequest,
  type StoredMsg,
} from '@nats-io/jetstream';
import { deadline } from 'nats';
import type { DomainEvent } from '../../domain/decider.ts';
import type { Append, AppendResult, EventStore } from '../../eventlog/event-store.ts';
import type { StoredMessage } from '../../domain/stored-message.ts';
import { Problem } from '../../domain/problem.ts';
import { toMessages } from './append-messages.ts';
import { publishBatch } from './atomic-batch.ts';
import { brokerErrors } from '../connection/broker-errors.ts';
import type { Codec } from './codec.ts';
import { isRefusedPublish, type Connection } from '../connection/connection.ts';
import * as header from '../connection/headers.ts';
import { readHistory } from './history.ts';
import type { Subjects } from './subjects.ts';

export type EventStoreOptions<Event extends DomainEvent> = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly subjects: Subjects;
  readonly codec: Codec<Event>;
  /** How long, in milliseconds, one publish may take before its acknowledgement counts as lost, and looking for it then. */
  readonly ackTimeoutMs?: number;
  /**
   * How long, in milliseconds, an append may go on finding out what became of a lost acknowledgement. The default
   * outlasts the election of a leader, which the broker's servers begin 4 to 9 s after the old one was last heard of.
   */
  readonly appendTimeoutMs?: number;
  /** Aborted when the process is about to end: what is not known by then is told so, and not tried again. */
  readonly stopping?: AbortSignal | undefined;
  /** Called when an append whose outcome is not known is sent again. */
  onRetry?(): void;
};

/** The first message from a position on with this subject, the last one with it, or the first from a time on. */
type MessageQuery =
  | { readonly seq: number; readonly next_by_subj?: string }
  | { readonly last_by_subj: string }
  | { readonly start_time: Date };

/** The wait, in milliseconds, before an append without an answer is tried again. */
const retryMs = 100;

export function createEventStore<Event extends DomainEvent>({
  connection,
  jsm,
  stream,
  subjects,
  codec,
  ackTimeoutMs = 2_000,
  appendTimeoutMs = 15_000,
  stopping,
  onRetry,
}: EventStoreOptions<Event>): EventStore<Event> {
  const { nc } = connection;
  const js = jetstream(nc);

  /** Asks the stream's leader, whose answer is never stale. */
  function getMessage(query: MessageQuery): Promise<StoredMsg | null> {
    // The server takes more queries than the client's type knows (ADR-31 of NATS).
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return jsm.streams.getMessage(stream, query as MsgRequest);
  }

  /**
   * Publishes one event, or several as an atomic batch. It waits until whatever else is decided at this turn has come
   * as far: the client sends what is published together with one write to its socket.
   */
  async function publish(append: Append<Event>): Promise<PubAck> {
    await setImmediate();
    return publishBatch(nc, js, toMessages(append, { subjects, codec }), { stream, timeoutMs: ackTimeoutMs });
  }

  /** The position of our own message, if it is stored: guarded by the version, it can only follow that directly. */
  async function findOwn({
    id,
    events,
    expectedVersion,
    messageId,
  }: Append<Event>): Promise<number | undefined> {
    let position = expectedVersion;
    for (const _ of events) {
      const answer = getMessage({ seq: position + 1, next_by_subj: subjects.of(id) });
      const next = await deadline(answer, ackTimeoutMs);
      if (next === null) return undefined;
      position = next.seq;
      if (next.header.get(header.messageIdHeader) === messageId) return position;
    }
    return undefined;
  }

  /**
   * One try; `unknown` when no acknowledgement came and the entity's tail does not show the message (yet).
   *
   * @param open the outcome of an earlier try that got no answer; it stays open unless this try settles it as well.
   */
  async function tryAppend(append: Append<Event>, open: AppendResult | undefined): Promise<AppendResult> {
    try {
      const { seq, duplicate } = await publish(append);
      return { outcome: duplicate ? 'duplicate' : 'written', position: seq };
    } catch (error) {
      const failure = classify(error);
      if (failure === 'refused' && open === undefined) return { outcome: 'unavailable', cause: error };
      if (failure === 'lost' && stopping?.aborted) return { outcome: 'unknown', cause: error };
      try {
        const own = await findOwn(append);
        if (own !== undefined) return { outcome: 'duplicate', position: own };
      } catch (cause) {
        return { outcome: 'unknown', cause };
      }
      switch (failure) {
        case 'conflict':
          return { outcome: 'conflict' };
        case 'contended':
          // The write that is in flight may be our own earlier try.
          return open ?? { outcome: 'conflict' };
        case 'refused':
        case 'lost':
          return { outcome: 'unknown', cause: error };
      }
    }
  }

  async function lastPosition(): Promise<number> {
    const { last_seq, messages, num_deleted } = (await jsm.streams.info(stream)).state;
    if (messages === 0) return 0;
    if (!num_deleted) return last_seq;
    // The last sequence may be that of a deleted message, which nobody will ever see.
    return (await getMessage({ last_by_subj: subjects.all }))?.seq ?? 0;
  }

  /** Waits before the next try; false when there shall be none, because it would come after `until`. */
  async function mayTryAgain(until: number): Promise<boolean> {
    if (stopping?.aborted || Date.now() + retryMs >= until) return false;
    await sleep(retryMs);
    return true;
  }

  /** A leader that does not answer, for `patienceMs` milliseconds, is a problem of the log, not of the caller. */
  async function ask<T>(question: () => Promise<T>, patienceMs = 0): Promise<T> {
    const until = Date.now() + patienceMs;
    for (;;) {
      if (!(await connection.confirmUp())) {
        throw new Problem('unavailable', 'The connection to the event log is lost.');
      }
      try {
        return await question();
      } catch (cause) {
        if (await mayTryAgain(until)) continue;
        throw new Problem('unavailable', 'The event log does not answer.', { cause });
      }
    }
  }

  return {
    async append(append) {
      if (!(await connection.confirmUp())) {
        return { outcome: 'unavailable', cause: new Error('not connected') };
      }
      const until = Date.now() + appendTimeoutMs;
      let open: AppendResult | undefined;
      for (;;) {
        const result = await tryAppend(append, open);
        // Trying again is safe: the version or the message id stops the second of two.
        if (result.outcome !== 'unknown' || !(await mayTryAgain(until))) return result;
        open = result;
        onRetry?.();
      }
    },

    // Commands ask for these two, and wait for a leader as long as an append does.
    lastPositionOf: (id) =>
      ask(async () => (await getMessage({ last_by_subj: subjects.of(id) }))?.seq ?? 0, appendTimeoutMs),

    read: (position) =>
      ask(async () => {
        const stored = await getMessage({ seq: position });
        return stored === null ? undefined : decodeStored(codec, stored);
      }, appendTimeoutMs),

    lastPosition: () => ask(lastPosition),

    positionAt: (time) =>
      ask(async () => {
        const next = await getMessage({ start_time: new Date(time + 1) });
        return next === null ? lastPosition() : next.seq - 1;
      }),

    firstPosition: () =>
      ask(async () => {
        const { messages, first_seq } = (await jsm.streams.info(stream)).state;
        return messages === 0 ? 0 : first_seq;
      }),

    readAll: (range) => ask(() => readHistory({ connection, jsm, stream, codec, range })),

    history: (id, range) =>
      ask(() => readHistory({ connection, jsm, stream, codec, subject: subjects.of(id), range })),
  };
}

function decodeStored<Event extends DomainEvent>(
  codec: Codec<Event>,
  stored: StoredMsg,
): StoredMessage<Event> {
  const { subject, data, header: fields } = stored;
  return codec.decode(
    { subject, data, headers: fields },
    { position: stored.seq, time: stored.time.getTime() },
  );
}

/**
 * What a failed publish means: `conflict`, the guard stopped it (or it was stored before); `contended`, a write that is
 * in flight stopped it; `refused`, the broker did not take it; `lost`, nobody knows.
 */
function classify(error: unknown): 'conflict' | 'contended' | 'refused' | 'lost' {
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
        return 'refused';
    }
  }
  // That nobody listens on the subject counts as lost: while a leader is elected, trying again helps.
  return error instanceof JetStreamError || isRefusedPublish(error) ? 'refused' : 'lost';
}
