import type { JetStreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../../domain/decider.ts';
import type { Contract } from '../../domain/followed-stream.ts';
import type { IdType } from '../../domain/id-type.ts';
import type { NamedIndexes } from '../../domain/service/index-definition.ts';
import type { Product } from '../../domain/product.ts';
import type { EventStore } from '../../eventlog/event-store.ts';
import { createView, type View } from '../../eventlog/view/view.ts';
import type { Connection } from '../../nats/connection/connection.ts';
import type { Logger } from '../observability/logger.ts';
import type { StreamObserver } from '../observability/stream-observer.ts';
import type { Readiness } from '../readiness.ts';
import { awaitStream, catchUp, retryUntilSuccess } from './boot.ts';
import { writeSnapshots } from './snapshot-writer.ts';
import { openStreamConnection } from './stream-connection.ts';

/** A stream and its continuously updated view: the service's own stream, or one that it follows. */
export type Projection<State, Event extends DomainEvent> = {
  /** The name of the stream: `LAPTOPS`. */
  readonly stream: string;
  readonly store: EventStore<Event>;
  readonly view: View<State, Event>;
  /** When the replay of the stream was interrupted, in ms since the epoch; undefined while it is not. */
  readonly interruptedSince: number | undefined;
  /** Stops the snapshot writer, then the replay. */
  stop(): Promise<void>;
};

export type ProjectionOptions = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  /** Whether the stream is the service's own; a followed one is compared with its definition less strictly. */
  readonly role: 'owner' | 'follower';
  /** Name of the service that reads the stream. */
  readonly reader: string;
  /** Identifies the code of the service's folds. */
  readonly foldVersion: string;
  readonly logger: Logger;
  readonly product: Product;
  /** Version of the service, stored with the events that it appends. */
  readonly version: string;
  /** The number of positions after which a snapshot is written. */
  readonly snapshotEvery: number;
  readonly observer: StreamObserver;
  readonly readiness: Pick<Readiness, 'onInterrupted' | 'onCaughtUp'>;
  /** Aborted when the shutdown begins. */
  readonly stopping: AbortSignal;
  /** Called with the current startup step, and with undefined once the projection is up to date. */
  report(progress: string | undefined): void;
};

/** Resolves once the view has applied all messages that the stream held at the time of the call. */
export async function openProjection<State, Event extends DomainEvent>(
  contract: Omit<Contract<State, Event>, 'id'> & { readonly id?: IdType },
  indexes: NamedIndexes,
  options: ProjectionOptions,
): Promise<Projection<State, Event>> {
  const { jsm, role, logger, observer, snapshotEvery, report } = options;
  report(`waiting for the stream of ${contract.name}`);
  const stream = await awaitStream(jsm, contract, role, logger, report);
  const { store, snapshots, follow } = await openStreamConnection(contract, {
    ...options,
    stream,
    onAppendRetry: () => observer.onAppendRetry(stream),
  });

  const onUnavailable = (error: unknown) =>
    logger.warn({ stream, reason: String(error) }, 'event log unavailable; retrying');
  const target = await retryUntilSuccess(() => store.lastPosition(), onUnavailable);
  report(`loading a snapshot of ${stream}`);
  const image = await retryUntilSuccess(() => snapshots.load(target), onUnavailable);
  const faultyIndexes = new Set<string>();
  const view = createView(contract.fold, {
    image,
    indexes,
    onIndexError(index, entityId, error) {
      if (faultyIndexes.has(index)) return;
      faultyIndexes.add(index);
      logger.error(
        { stream, index, entityId, err: error },
        'index failed: entities are missing from its lists',
      );
    },
  });
  view.subscribe(({ position, subject }, rejection) => {
    if (rejection?.cause === undefined) return;
    const { reason, cause } = rejection;
    logger.error({ stream, position, subject, reason, err: cause }, 'message rejected: the fold failed');
  });
  const replay = follow(view);
  observer.onFollowing(stream, view, replay);
  const { milliseconds } = await catchUp(stream, view, target, logger, report);
  observer.onCaughtUp(stream, view, milliseconds);
  report(undefined);
  const writer = writeSnapshots(stream, view, snapshots, snapshotEvery, logger, observer);
  return {
    stream,
    store,
    view,
    get interruptedSince() {
      return replay.interruptedSince;
    },
    async stop() {
      await writer.stop();
      await replay.stop();
    },
  };
}
