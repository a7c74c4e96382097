/**
 * Detects that a stream is not the one that was read before: it was recreated, it lost messages that were delivered, or
 * an older copy of it was restored and continued. The name and the length of a stream do not show this, so a message that
 * was read is compared with the message that the stream holds at the same position.
 */

import { DiscardPolicy, RetentionPolicy } from '@nats-io/jetstream';
import type { JetStreamManager, StoredMsg, StreamConfig, StreamInfo } from '@nats-io/jetstream';
import type { Msg } from 'nats';
import type { MessageIdentity } from '../../domain/stored-message.ts';
import { isPublishForbidden, type Connection } from '../connection/connection.ts';
import { messageIdHeader } from '../connection/headers.ts';
import type { Stored } from './codec.ts';
import { parseDelivery } from './delivery.ts';
import { isConfirmed } from './leader-confirmation.ts';
import { createHeaderReader } from './raw-headers.ts';

/** The stream is not the one that was read before. State folded from it is invalid. */
export class StreamReplaced extends Error {
  override readonly name = 'StreamReplaced';
}

export type StreamIdentity = {
  /** Records the last message read. */
  record(message: Msg): void;
  /**
   * Returns the last position of the stream.
   *
   * @param position the last position read
   * @throws StreamReplaced if the stream is not the one that was read before. A message that is not there (yet) is
   * tolerated for `replacedAfterMs`, and until a majority of the servers confirms the leader: until then, another error
   * is thrown, as after a reconnect during the check, because the responses may describe different streams.
   */
  check(position: number): Promise<number>;
};

/** How long a message that was read may be missing, in ms. A new leader may lag at first, and an old one may be cut off. */
const replacedAfterMs = 5_000;
/** Number of messages that are compared if the later ones were deleted from the stream. */
const maxRecorded = 8;

export type StreamIdentityOptions = {
  readonly connection: Pick<Connection, 'onReconnect'>;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  /** The last message read before, if there is one. */
  readonly lastRead?: MessageIdentity | undefined;
};

export function createStreamIdentity({
  connection,
  jsm,
  stream,
  lastRead,
}: StreamIdentityOptions): StreamIdentity {
  /** A ring buffer. The messages are parsed only when they are compared. */
  const recorded: Msg[] = [];
  let recordedCount = 0;
  let created: string | undefined;
  let missingSince: number | undefined;

  /** Returns the last messages read, latest first. */
  function lastMessages(): MessageIdentity[] {
    const identities = recorded.map(deliveredIdentity).toSorted((a, b) => b.position - a.position);
    return lastRead === undefined ? identities : [...identities, lastRead];
  }

  function rejectMissing(detail: string, { info, askedAt, answeredAt }: Report): never {
    missingSince ??= askedAt;
    const isFinal =
      answeredAt - missingSince > replacedAfterMs &&
      isConfirmed(info, { askedAt, answeredAt, since: missingSince });
    throw isFinal ? new StreamReplaced(detail) : new Error(detail);
  }

  /** Returns the last position of the stream. @throws as `check` does */
  function judge(position: number, { difference, missing }: Comparison, report: Report): number {
    const { info } = report;
    const { last_seq: last } = info.state;
    created ??= info.created;
    if (info.created !== created) throw new StreamReplaced(`stream ${stream} was deleted and recreated`);
    if (difference !== undefined) throw new StreamReplaced(difference);
    if (last < position) {
      rejectMissing(`stream ${stream} ends at ${last}, before position ${position}`, report);
    }
    if (missing !== undefined && keepsMessages(info.config)) {
      const detail = `stream ${stream} has no message at position ${missing}, which was read from it`;
      rejectMissing(detail, report);
    }
    missingSince = undefined;
    return last;
  }

  return {
    record(message) {
      recorded[recordedCount % maxRecorded] = message;
      recordedCount += 1;
    },

    async check(position) {
      let reconnected = false;
      const removeReconnectListener = connection.onReconnect(() => (reconnected = true));
      try {
        const comparison = await compareMessages(jsm, stream, lastMessages()).catch(acceptForbidden);
        // Read after the messages: a lagging leader that has caught up in between is asked again.
        const askedAt = performance.now();
        const info = await jsm.streams.info(stream);
        if (reconnected) throw new Error('reconnected');
        return judge(position, comparison, { info, askedAt, answeredAt: performance.now() });
      } finally {
        removeReconnectListener();
      }
    },
  };
}

/** An answer of the stream leader, with the times of the question and of the answer on the clock of `performance.now`. */
type Report = { readonly info: StreamInfo; readonly askedAt: number; readonly answeredAt: number };

type Comparison = {
  /** How the stream differs from the messages. */
  readonly difference?: string;
  /** Position of the first message that the stream does not hold. */
  readonly missing?: number;
};

/** A user without permission to read single messages can only compare creation time and length. */
function acceptForbidden(error: unknown): Comparison {
  if (isPublishForbidden(error)) return {};
  throw error;
}

/** Compares messages that were read, latest first, until the stream holds one of them. */
async function compareMessages(
  jsm: JetStreamManager,
  stream: string,
  messages: readonly MessageIdentity[],
): Promise<Comparison> {
  let missing: number | undefined;
  for (const message of messages) {
    const held = await readIdentity(jsm, stream, message.position);
    if (held === undefined) {
      missing ??= message.position;
      continue;
    }
    const difference = describeDifference(stream, message, held);
    return { ...(difference !== undefined && { difference }), ...(missing !== undefined && { missing }) };
  }
  return missing === undefined ? {} : { missing };
}

/** Returns the identity of the message at `position`, from the stream leader; undefined if there is none. */
export async function readIdentity(
  jsm: JetStreamManager,
  stream: string,
  position: number,
): Promise<MessageIdentity | undefined> {
  const message = await jsm.streams.getMessage(stream, { seq: position });
  if (message === null) return undefined;
  return {
    ...storedOf(message),
    subject: message.subject,
    messageId: message.header.get(messageIdHeader) || undefined,
  };
}

/** Returns how the message that the stream holds differs from the one that was read; undefined if it is the same. */
export function describeDifference(
  stream: string,
  read: MessageIdentity,
  held: MessageIdentity,
): string | undefined {
  const isSame =
    held.time === read.time &&
    held.nanoseconds === read.nanoseconds &&
    held.subject === read.subject &&
    held.messageId === read.messageId;
  return isSame ? undefined : `stream ${stream} has another message at position ${read.position}`;
}

/** Returns position and time of a message that was requested. The broker sends the time as RFC 3339 with nanoseconds. */
export function storedOf({ seq, time, timestamp }: Pick<StoredMsg, 'seq' | 'time' | 'timestamp'>): Stored {
  const fraction = /\.(\d+)/.exec(timestamp)?.[1] ?? '';
  return { position: seq, time: time.getTime(), nanoseconds: Number(fraction.padEnd(9, '0').slice(3)) };
}

function deliveredIdentity(message: Msg): MessageIdentity {
  const { position, time, nanoseconds } = parseDelivery(message.reply ?? '');
  const messageId = createHeaderReader(message)(messageIdHeader) || undefined;
  return { position, time, nanoseconds, subject: message.subject, messageId };
}

/** Whether the stream never removes a message, so that a missing message means that it is not the same stream. */
function keepsMessages(config: StreamConfig): boolean {
  return (
    config.retention === RetentionPolicy.Limits &&
    config.discard === DiscardPolicy.New &&
    config.deny_delete &&
    config.deny_purge &&
    !config.allow_rollup_hdrs &&
    config.allow_msg_ttl !== true &&
    config.max_age === 0 &&
    config.max_msgs_per_subject <= 0
  );
}
