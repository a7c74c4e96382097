import type { JetStreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../../domain/decider.ts';
import type { Contract } from '../../domain/followed-stream.ts';
import type { IdType } from '../../domain/id-type.ts';
import type { Product } from '../../domain/product.ts';
import type { EventStore } from '../../eventlog/event-store.ts';
import type { View } from '../../eventlog/view/view.ts';
import type { Connection } from '../../nats/connection/connection.ts';
import { openSnapshots, type Snapshots } from '../../nats/snapshots/snapshots.ts';
import { createCodec } from '../../nats/stream/codec.ts';
import { createEventStore } from '../../nats/stream/event-store.ts';
import { replay, type Replay } from '../../nats/stream/replay.ts';
import { createStreamIdentity } from '../../nats/stream/stream-identity.ts';
import { eventSubjects } from '../../nats/stream/subjects.ts';
import type { Logger } from '../observability/logger.ts';
import type { Readiness } from '../readiness.ts';

/** One stream over one connection: appends, reads, snapshots, and replay into a view. */
export type StreamConnection<State, Event extends DomainEvent> = {
  readonly store: EventStore<Event>;
  readonly snapshots: Snapshots<State>;
  /**
   * Applies the messages after the position of `view` to it, and then every new message.
   *
   * @param upTo the last position to apply. Default: no limit.
   */
  follow(view: View<State, Event>, upTo?: number): Replay;
};

export type StreamConnectionOptions = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  /** Name of the service that reads the stream; its snapshots are stored under this name. */
  readonly reader: string;
  /** Identifies the code of the fold, see {@link foldVersionOf}. */
  readonly foldVersion: string;
  readonly logger: Logger;
  /** Default: the default product. */
  readonly product?: Product | undefined;
  /** Version of the service, stored with the events that it appends. */
  readonly version?: string | undefined;
  /** Aborted when the shutdown begins. */
  readonly stopping?: AbortSignal | undefined;
  /** Called before an append with an unknown outcome is retried. */
  onAppendRetry?(): void;
  /** Notified when the replay is interrupted, and when it has caught up again. */
  readonly readiness?: Pick<Readiness, 'onInterrupted' | 'onCaughtUp'> | undefined;
};

export async function openStreamConnection<State, Event extends DomainEvent>(
  {
    name,
    id,
    events,
    fold,
  }: Pick<Contract<State, Event>, 'name' | 'events' | 'fold'> & { readonly id?: IdType },
  options: StreamConnectionOptions,
): Promise<StreamConnection<State, Event>> {
  const {
    connection,
    jsm,
    stream,
    reader,
    foldVersion,
    logger,
    product,
    version,
    stopping,
    onAppendRetry,
    readiness,
  } = options;
  const subjects = eventSubjects(name, id);
  const codec = createCodec(events, subjects, product);

  /** Ends the process, because the view was folded from another stream. A new process has to rebuild it. */
  function onReplaced(detail: string) {
    logger.fatal({ stream, detail }, 'stream replaced');
    process.exit(1);
  }

  return {
    store: createEventStore({
      connection,
      jsm,
      stream,
      subjects,
      codec,
      version,
      stopping,
      ...(onAppendRetry && { onRetry: onAppendRetry }),
    }),

    snapshots: await openSnapshots({
      nc: connection.nc,
      jsm,
      name: reader,
      stream,
      initial: fold.initial,
      foldVersion,
      onUnusable: (reason) => logger.warn({ stream, reason }, 'snapshot discarded'),
      onReplaced,
    }),

    follow(view, upTo = Infinity) {
      const loggedReasons = new Set<string>();
      return replay({
        connection,
        jsm,
        stream,
        after: view.position,
        identity: createStreamIdentity({ connection, jsm, stream, lastRead: view.lastMessage }),
        onMessage(message, stored) {
          if (stored.position <= upTo) view.apply(codec.decode(message, stored));
          else view.skipTo(upTo);
        },
        onInterrupted(reason) {
          // The replay retries four times a second; each reason of an interruption is logged once.
          if (!loggedReasons.has(reason)) {
            loggedReasons.add(reason);
            logger.warn({ stream, reason, position: view.position }, 'replay interrupted');
          }
          readiness?.onInterrupted(stream);
        },
        onCaughtUp() {
          loggedReasons.clear();
          logger.info({ stream, position: view.position }, 'replay caught up');
          readiness?.onCaughtUp(stream);
        },
        onReplaced,
      });
    },
  };
}
