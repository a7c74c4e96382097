/** A service's log, opened over one connection: what is appended, what is read back, and how it is followed. */

import type { JetStreamManager } from '@nats-io/jetstream';
import type { DomainEvent, Fold } from '../core/decider.ts';
import type { EventSchema } from '../core/event-schema.ts';
import type { EventStore } from '../core/event-store.ts';
import { describeFold } from '../core/view-image.ts';
import type { View } from '../core/view.ts';
import { createCodec } from '../nats/codec.ts';
import type { Connection } from '../nats/connection.ts';
import { createEventStore } from '../nats/event-store.ts';
import { replay, type Replay } from '../nats/replay.ts';
import { openSnapshots, type Snapshots } from '../nats/snapshots.ts';
import { eventSubjects } from '../nats/subjects.ts';
import type { Log } from './log.ts';
import type { Readiness } from './readiness.ts';

export type EventLog<State, Event extends DomainEvent> = {
  readonly store: EventStore<Event>;
  readonly snapshots: Snapshots<State>;
  /**
   * Applies the stream to `view` from where it stands, and everything that comes.
   *
   * @param upTo nothing after this position is applied; default: no end.
   */
  follow(view: View<State, Event>, upTo?: number): Replay;
};

/** What is read: the events of the service `name`, and what is folded out of them. */
export type EventLogDefinition<State, Event extends DomainEvent> = {
  readonly name: string;
  readonly events: EventSchema<Event>;
  readonly fold: Fold<State, Event>;
};

export type EventLogOptions = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  /** The service that reads; its snapshots are kept under its name. */
  readonly reader: string;
  readonly log: Log;
  /** Aborted when the process is about to end. */
  readonly stopping?: AbortSignal | undefined;
  /** Called when an append whose outcome is not known is sent again. */
  onAppendRetry?(): void;
  /** Is told when the stream breaks off, and when it comes again. */
  readonly readiness?: Pick<Readiness, 'onBroken' | 'onMended'> | undefined;
};

export async function openEventLog<State, Event extends DomainEvent>(
  { name, events, fold }: EventLogDefinition<State, Event>,
  { connection, jsm, stream, reader, log, stopping, onAppendRetry, readiness }: EventLogOptions,
): Promise<EventLog<State, Event>> {
  const subjects = eventSubjects(name);
  const codec = createCodec(events, subjects);
  return {
    store: createEventStore({
      connection,
      jsm,
      stream,
      subjects,
      codec,
      stopping,
      ...(onAppendRetry && { onRetry: onAppendRetry }),
    }),

    snapshots: await openSnapshots({
      nc: connection.nc,
      jsm,
      name: reader,
      stream,
      initial: fold.initial,
      fold: describeFold(fold, events),
      onUnusable: (reason) => log.warn({ stream, reason }, 'a snapshot is not used'),
    }),

    follow: (view, upTo = Infinity) =>
      replay({
        connection,
        jsm,
        stream,
        after: view.position,
        onMessage(message, stored) {
          if (stored.position <= upTo) view.apply(codec.decode(message, stored));
          else view.skipTo(upTo);
        },
        onInterrupted(reason) {
          log.warn({ stream, reason, position: view.position }, 'the replay was interrupted');
          readiness?.onBroken(stream);
        },
        onCaughtUp() {
          log.info({ stream, position: view.position }, 'the replay has caught up');
          readiness?.onMended(stream);
        },
        onReplaced(detail) {
          // What was folded is not what the stream says now; only a new fold can be trusted.
          log.fatal({ stream, detail }, 'the stream was replaced');
          process.exit(1);
        },
      }),
  };
}
