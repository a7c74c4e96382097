/**
 * Announces rejected messages to their publishers. Every replica tries to announce all of them, in the order of the stream, after the last
 * one that is announced; the log accepts each one once. A replica that starts, also from a snapshot, continues where the replicas before it
 * have stopped.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../domain/error-message.ts';
import type { MessageIdentity } from '../../domain/stored-message.ts';
import type { RejectedMessage } from '../../eventlog/view/view.ts';
import type { Announced, AnnouncementLog, LastRecord } from './announcement-log.ts';
import type { RejectionNames } from './names.ts';

export type AnnouncerOptions = {
  readonly log: AnnouncementLog;
  readonly names: Pick<RejectionNames, 'start' | 'storedFor'>;
  /** The view of the event stream. It has caught up. */
  readonly view: {
    readonly lastMessage: MessageIdentity | undefined;
    rejections(): readonly RejectedMessage[];
    subscribe(listener: (message: unknown, rejection: unknown) => void): () => void;
  };
  /** Reads the time of the message at a position of the event stream, in ms since the epoch; undefined if there is none. */
  readTime(position: number): Promise<number | undefined>;
  describe(rejected: RejectedMessage): Promise<Announced>;
  /** Called when an attempt fails; the next one follows. */
  onFailure(reason: string): void;
  /** Delay before the next attempt, in ms. */
  readonly retryMs?: number;
};

export type Announcer = {
  /** Ends after the announcement in progress. Rejections that are left are announced by other replicas, or after the next start. */
  stop(): Promise<void>;
};

export function announceRejections(options: AnnouncerOptions): Announcer {
  const { log, names, view, describe, onFailure, retryMs = 5_000 } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let wake: () => void = () => undefined;
  let isPending = true;
  /** Up to here, nothing is left to announce. At first, this is the end of the view: what is older is announced already, or too old. */
  let known: Announced = startOf(view.lastMessage);
  const unsubscribe = view.subscribe((_message, rejection) => {
    if (rejection === undefined) return;
    isPending = true;
    wake();
  });

  /** Whether the event stream still holds the message up to which rejections are announced. */
  async function isCurrent({ position, time }: Announced): Promise<boolean> {
    return position === 0 || (await options.readTime(position)) === Date.parse(time);
  }

  /** Returns the last record. A new log, or one of another event stream, starts after what this replica knows to be announced. */
  async function open(): Promise<LastRecord> {
    for (;;) {
      const last = await log.readLast();
      if (last.upTo !== undefined && (await isCurrent(last.upTo))) return last;
      const started = await log.append(names.start, known, last);
      if (started !== undefined) return started;
    }
  }

  /** Announces the rejections after the last record. Returns the new last record. */
  async function announceNew(opened: LastRecord): Promise<LastRecord> {
    let last = opened;
    for (const rejected of view.rejections()) {
      const subject = names.storedFor(rejected.subject);
      // A stream with more subjects than those of events may store the announcements themselves.
      if (subject === undefined) continue;
      while (!signal.aborted && rejected.position > (last.upTo?.position ?? 0)) {
        const announcement = await describe(rejected);
        last = (await log.append(subject, announcement, last)) ?? (await log.readLast());
      }
    }
    return last;
  }

  async function run() {
    let last: LastRecord | undefined;
    while (!signal.aborted) {
      if (!isPending) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      isPending = false;
      try {
        last = await announceNew(last ?? (await open()));
        known = last.upTo ?? known;
      } catch (error) {
        isPending = true;
        last = undefined;
        onFailure(messageOf(error));
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }
  const running = run();

  return {
    stop() {
      unsubscribe();
      stopping.abort();
      wake();
      return running;
    },
  };
}

function startOf(
  { position, time }: Pick<MessageIdentity, 'position' | 'time'> = { position: 0, time: 0 },
): Announced {
  return { position, time: new Date(time).toISOString() };
}
