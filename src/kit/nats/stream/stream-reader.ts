/**
 * Reads of a stream from its leader. A leader that is cut off from its peers responds until it steps down, from a state that
 * may be old. A message that it returns was stored by a majority and stays true; that a message does not exist has to be
 * confirmed (docs/decisions/0062).
 */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  JetStreamApiError,
  type JetStreamManager,
  type MsgRequest,
  type StoredMsg,
  type StreamInfo,
} from '@nats-io/jetstream';
import { deadline } from 'nats';
import type { DomainEvent } from '../../domain/decider.ts';
import { Problem } from '../../domain/problem.ts';
import type { Id } from '../../domain/entity-id.ts';
import type { StoredMessage } from '../../domain/stored-message.ts';
import type { EventStore, HistoryRange, LoggedMessage, StreamBounds } from '../../eventlog/event-store.ts';
import { brokerErrors } from '../connection/broker-errors.ts';
import { brokerTimeOf } from '../connection/broker-time.ts';
import { isPublishForbidden, type Connection } from '../connection/connection.ts';
import type { Codec } from './codec.ts';
import { createConfirmedState } from './confirmed-state.ts';
import { readDirect } from './direct-read.ts';
import { readHistory } from './history.ts';
import { readPageOfAnyServer } from './log-page.ts';
import { isStored, lastStoredPosition } from './leader-confirmation.ts';
import { storedOf } from './stream-identity.ts';
import type { Subjects } from './subjects.ts';

/** Selects the first message from a position (on a subject), the last on a subject, or the first from a time. */
export type MessageQuery =
  | { readonly seq: number; readonly next_by_subj?: string }
  | { readonly last_by_subj: string }
  | { readonly start_time: Date };

export type StreamReaderOptions<Event extends DomainEvent> = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly subjects: Subjects;
  readonly codec: Codec<Event>;
  /** Timeout of one request for the state of the stream, in ms. */
  readonly requestTimeoutMs: number;
  /** How long a query that needs an answer is retried, in ms. */
  readonly queryTimeoutMs: number;
  /** Aborted when the process shuts down: no further attempt is made. */
  readonly stopping?: AbortSignal | undefined;
};

export type StreamReader<Event extends DomainEvent> = Omit<EventStore<Event>, 'append'> & {
  /** Returns the message from the server that leads the stream, without confirmation; null if it has none. */
  getMessage(query: MessageQuery): Promise<StoredMsg | null>;
};

/** The server's times are nanoseconds since 1970 in 64 bits, until 2262; it reads a later one as one long ago. */
const latestTime = Date.UTC(2262, 0);
/** Delay between two attempts, in ms. */
const retryMs = 100;

export function createStreamReader<Event extends DomainEvent>({
  connection,
  jsm,
  stream,
  subjects,
  codec,
  requestTimeoutMs,
  queryTimeoutMs,
  stopping,
}: StreamReaderOptions<Event>): StreamReader<Event> {
  function getMessage(query: MessageQuery): Promise<StoredMsg | null> {
    // The server supports more queries than the client's type declares (ADR-31 of NATS).
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return jsm.streams.getMessage(stream, query as MsgRequest);
  }

  /** Returns the leader's description of the stream, including the positions of deleted messages. */
  async function readInfo(): Promise<StreamInfo> {
    const info = await jsm.streams.info(stream);
    return info.state.num_deleted ? jsm.streams.info(stream, { deleted_details: true }) : info;
  }

  const readConfirmedState = createConfirmedState({
    stopping,
    async ask() {
      if (!(await connection.confirmUp())) throw notConnected();
      try {
        return await deadline(readInfo(), requestTimeoutMs);
      } catch (error) {
        if (isStreamMissing(error)) throw streamMissing(stream, error);
        throw isPublishForbidden(error) ? notResponding(error) : error;
      }
    },
  });

  /**
   * Runs a query and retries it for `timeoutMs`.
   *
   * @throws Problem `unavailable` if there is no connection, if the stream does not exist, or if no attempt succeeded.
   */
  async function queryLeader<T>(query: (remainingMs: number) => Promise<T>, timeoutMs = 0): Promise<T> {
    const deadlineAt = Date.now() + timeoutMs;
    for (;;) {
      if (!(await connection.confirmUp())) throw notConnected();
      try {
        return await query(Math.max(0, deadlineAt - Date.now()));
      } catch (cause) {
        if (cause instanceof Problem) throw cause;
        if (isStreamMissing(cause)) throw streamMissing(stream, cause);
        if (stopping?.aborted || Date.now() + retryMs >= deadlineAt) throw notResponding(cause);
        await sleep(retryMs);
      }
    }
  }

  const lastPositionOf = (id: Id): Promise<number> =>
    queryLeader(async () => (await getMessage({ last_by_subj: subjects.of(id) }))?.seq ?? 0, queryTimeoutMs);

  /** Returns the message at `position`; undefined if there is none, which is confirmed. */
  const find = (position: number): Promise<StoredMsg | undefined> =>
    queryLeader(async (remainingMs) => {
      const stored = await getMessage({ seq: position });
      if (stored !== null) return stored;
      if (!isStored(await readConfirmedState(remainingMs), position)) return undefined;
      throw lagging(position);
    }, queryTimeoutMs);

  async function bounds(): Promise<StreamBounds> {
    const state = await readConfirmedState(queryTimeoutMs);
    return { first: state.messages === 0 ? 0 : state.first_seq, last: lastStoredPosition(state) };
  }

  /** @param id only messages of this entity; undefined: of all entities */
  function readOfLeader(range: HistoryRange, id?: Id): Promise<LoggedMessage<Event>[]> {
    const options = { connection, jsm, stream, codec, range };
    return queryLeader(() =>
      readHistory(id === undefined ? options : { ...options, subject: subjects.of(id) }),
    );
  }

  return {
    getMessage,

    lastPositionOf,

    async read(position) {
      const stored = await find(position);
      return stored && decodeStored(codec, stored);
    },

    async readOriginal(position) {
      const stored = await find(position);
      if (stored === undefined) return undefined;
      const { data, header: fields } = stored;
      const headers = Object.fromEntries(fields.keys().map((name) => [name, fields.values(name)]));
      return { message: decodeStored(codec, stored), payload: data, headers };
    },

    lastPosition: async (timeoutMs = queryTimeoutMs) =>
      lastStoredPosition(await readConfirmedState(timeoutMs)),

    leaderPosition: () => queryLeader(async () => lastStoredPosition((await readInfo()).state)),

    currentTime: () => queryLeader(async () => brokerTimeOf(await jsm.streams.info(stream))),

    positionAt: (time) =>
      queryLeader(async (remainingMs) => {
        const next = await getMessage({ start_time: new Date(Math.min(time + 1, latestTime)) });
        if (next !== null) return next.seq - 1;
        // No message is later, unless one was stored in the meantime or the answer came from an old state.
        const last = lastStoredPosition(await readConfirmedState(remainingMs));
        if (last === 0) return 0;
        const message = await getMessage({ seq: last });
        if (message === null || message.time.getTime() > time) throw lagging(last);
        return last;
      }, queryTimeoutMs),

    bounds,

    readAll: async (range) => (await readOfLeader(range)).map(({ message }) => message),

    history: async (id, range) => (await readOfLeader(range, id)).map(({ message }) => message),

    async readLog(range) {
      const { id, upTo, limit } = range;
      const subject = id === undefined ? '>' : subjects.of(id);
      const options = { connection, stream, codec, subject, timeoutMs: requestTimeoutMs };
      const page = await readPageOfAnyServer(options, range);
      if (page !== undefined) return page;
      const last = id === undefined ? (await bounds()).last : await lastPositionOf(id);
      const messages = await readOfLeader({ ...range, upTo: Math.min(upTo, last) }, id);
      return { messages, to: messages.length < limit ? upTo : (messages.at(-1)?.message.position ?? upTo) };
    },

    async historyOfAnyServer(id, range) {
      // The client would keep the request for a reconnect.
      if (!connection.isUp) return undefined;
      const options = { connection, stream, codec, ...range, timeoutMs: requestTimeoutMs };
      const read = await readDirect({ ...options, subject: subjects.of(id) }).catch(() => undefined);
      return read?.messages.map(({ message }) => message);
    },
  };
}

/** Whether the broker reports that the stream does not exist. Unlike an election, a retry does not end this. */
export function isStreamMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound;
}

function decodeStored<Event extends DomainEvent>(
  codec: Codec<Event>,
  stored: StoredMsg,
): StoredMessage<Event> {
  const { subject, data, header: fields } = stored;
  return codec.decode({ subject, data, headers: fields }, storedOf(stored));
}

/** The query is sent again: another server answers it after an election. */
function lagging(position: number): Error {
  return new Error(`the server that answered does not hold position ${position}`);
}

function notConnected(): Problem {
  return new Problem('unavailable', 'The connection to the event log is lost.');
}

function notResponding(cause: unknown): Problem {
  return new Problem('unavailable', 'The event log is not responding.', { cause });
}

function streamMissing(stream: string, cause: unknown): Problem {
  return new Problem('unavailable', `The stream ${stream} does not exist.`, { cause });
}
