import type { JetStreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../../domain/decider.ts';
import type { HistoryRange, LoggedMessage } from '../../eventlog/event-store.ts';
import type { Codec } from './codec.ts';
import type { Connection } from '../connection/connection.ts';
import { replay, type Replay } from './replay.ts';

export type HistoryOptions<Event extends DomainEvent> = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly codec: Codec<Event>;
  /** The subject of one entity. Default: every subject of the stream. */
  readonly subject?: string;
  readonly range: HistoryRange;
  /** Time limit for the whole read, in ms. */
  readonly timeoutMs?: number;
};

/**
 * Reads the messages of one entity, or of the whole stream. The subject must have a message at or after `range.upTo`;
 * otherwise the read waits for one until it times out.
 *
 * @throws Error on a timeout, or if the stream was replaced.
 */
export async function readHistory<Event extends DomainEvent>(
  options: HistoryOptions<Event>,
): Promise<LoggedMessage<Event>[]> {
  const { connection, jsm, stream, codec, subject, range, timeoutMs = 15_000 } = options;
  const { after = 0, upTo, limit = Infinity } = range;
  const found: LoggedMessage<Event>[] = [];
  if (upTo <= after || limit <= 0) return found;

  let source: Replay | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`timed out reading ${subject ?? stream} after ${timeoutMs} ms`)),
        timeoutMs,
      );
      source = replay({
        connection,
        jsm,
        stream,
        ...(subject !== undefined && { subject }),
        after,
        onMessage(message, stored) {
          if (stored.position <= upTo && found.length < limit)
            found.push({ message: codec.decode(message, stored), payload: message.data });
          if (stored.position >= upTo || found.length >= limit) resolve();
        },
        onReplaced: (detail) => reject(new Error(detail)),
      });
    });
  } finally {
    clearTimeout(timer);
    await source?.stop();
  }
  return found;
}
