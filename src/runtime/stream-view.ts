/** A stream folded into a view and kept up to date: the service's own stream, or another one that it follows. */

import type { JetStreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../core/decider.ts';
import type { EventStore } from '../core/event-store.ts';
import { createView, type View } from '../core/view.ts';
import type { Connection } from '../nats/connection.ts';
import { awaitStream, catchUp, retrying, standardStreamFile } from './boot.ts';
import { openEventLog, type EventLogDefinition } from './event-log.ts';
import type { LogObserver } from './log-observer.ts';
import type { Log } from './log.ts';
import type { Readiness } from './readiness.ts';
import { writeSnapshots } from './snapshot-writer.ts';

export type StreamView<State, Event extends DomainEvent> = {
  readonly stream: string;
  readonly store: EventStore<Event>;
  readonly view: View<State, Event>;
  /** Ends the snapshots, then the following. */
  stop(): Promise<void>;
};

export type StreamViewOptions = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  /** The service that reads. */
  readonly reader: string;
  readonly log: Log;
  /** A snapshot is written every so many positions. */
  readonly snapshotEvery: number;
  readonly observer: LogObserver;
  readonly readiness: Pick<Readiness, 'onBroken' | 'onMended'>;
  /** Aborted when the process is about to end. */
  readonly stopping: AbortSignal;
  /** Is told what is still to be done; undefined when nothing is. */
  report(progress: string | undefined): void;
};

/** Resolves once the view shows all that the stream held when this began. */
export async function openStreamView<State, Event extends DomainEvent>(
  definition: EventLogDefinition<State, Event> & {
    /** The definition of its stream; default: `streams/<name>.json`. */
    readonly streamFile?: URL | undefined;
    referencesOf?(state: State): readonly number[];
  },
  { connection, jsm, reader, log, observer, snapshotEvery, readiness, stopping, report }: StreamViewOptions,
): Promise<StreamView<State, Event>> {
  const { name, streamFile = standardStreamFile(name), fold, referencesOf } = definition;
  report(`waiting for the stream of ${name}`);
  const stream = await awaitStream(jsm, streamFile, log, report);
  const { store, snapshots, follow } = await openEventLog(definition, {
    connection,
    jsm,
    stream,
    reader,
    log,
    stopping,
    onAppendRetry: () => observer.onAppendRetry(stream),
    readiness,
  });

  const sayUnavailable = (error: unknown) =>
    log.warn({ stream, reason: String(error) }, 'the log does not answer; trying again');
  const target = await retrying(store.lastPosition, sayUnavailable);
  report(`loading a snapshot of ${stream}`);
  const image = await retrying(() => snapshots.load(target), sayUnavailable);
  const view = createView(fold, { image, referencesOf });
  const following = follow(view);
  observer.onFollowed(stream, view, following);
  const { milliseconds } = await catchUp(stream, view, target, log, report);
  observer.onCaughtUp(stream, view, milliseconds);
  report(undefined);
  const writer = writeSnapshots(stream, view, snapshots, snapshotEvery, log, observer);
  return {
    stream,
    store,
    view,
    async stop() {
      await writer.stop();
      await following.stop();
    },
  };
}
