/** Reads messages from the log, one entity's or all, up to a position that the log is known to have reached on its subject. */

import type { JetStreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../../domain/decider.ts';
import type { HistoryRange } from '../../eventlog/event-store.ts';
import type { StoredMessage } from '../../domain/stored-message.ts';
import type { Codec } from './codec.ts';
import type { Connection } from '../connection/connection.ts';
import { replay, type Replay } from './replay.ts';

export type HistoryOptions<Event extends DomainEvent> = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly codec: Codec<Event>;
  /** The subject of one entity; every subject of the stream when it is absent. */
  readonly subject?: string;
  readonly range: HistoryRange;
  /** Milliseconds without the end after which the log counts as silent. */
  readonly timeoutMs?: number;
};

export async function readHistory<Event extends DomainEvent>(
  options: HistoryOptions<Event>,
): Promise<StoredMessage<Event>[]> {
  const { connection, jsm, stream, codec, subject, range, timeoutMs = 15_000 } = options;
  const { after = 0, upTo, limit = Infinity } = range;
  const found: StoredMessage<Event>[] = [];
  if (upTo <= after || limit <= 0) return found;

  let source: Replay | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no end of ${subject ?? stream} after ${timeoutMs} ms`)),
        timeoutMs,
      );
      source = replay({
        connection,
        jsm,
        stream,
        ...(subject !== undefined && { subject }),
        after,
        onMessage(message, stored) {
          if (stored.position <= upTo && found.length < limit) found.push(codec.decode(message, stored));
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
