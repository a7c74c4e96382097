import type { DomainEvent } from '../../domain/decider.ts';
import { NotJson } from '../../domain/json-state.ts';
import type { View } from '../../eventlog/view/view.ts';
import { snapshotInterval, type SnapshotInfo, type Snapshots } from '../../nats/snapshots/snapshots.ts';
import type { Logger } from '../observability/logger.ts';
import type { StreamObserver } from '../observability/stream-observer.ts';

export type SnapshotWriter = {
  /** Starts no more snapshots and waits for the one in progress. */
  stop(): Promise<void>;
};

/** Interval at which the writer checks whether a snapshot is due, in ms. */
const checkIntervalMs = 1_000;

/** Writes snapshots in the background, whenever one is due (`snapshotInterval`). */
export function writeSnapshots<State, Event extends DomainEvent>(
  stream: string,
  view: View<State, Event>,
  snapshots: Snapshots<State>,
  every: number,
  logger: Logger,
  observer: Pick<StreamObserver, 'onSnapshot' | 'onSnapshotAttempt'>,
): SnapshotWriter {
  let last = 0;
  let writing: Promise<void> | undefined;

  async function readLatest(): Promise<SnapshotInfo | undefined> {
    const [latest] = await snapshots.list();
    observer.onSnapshot(stream, latest);
    return latest;
  }

  async function write(margin: number) {
    const started = performance.now();
    const image = view.capture();
    const outcome = await snapshots.save(image, margin);
    observer.onSnapshotAttempt(stream, outcome);
    if (outcome === 'written') last = image.position;
    const latest = await readLatest().catch(() => undefined);
    if (outcome === 'skipped') last = latest?.position ?? last;
    const milliseconds = Math.round(performance.now() - started);
    logger.info({ stream, outcome, position: image.position, milliseconds }, 'snapshot finished');
  }

  // Reports the snapshot that the service started from. If this fails, the next snapshot reports the failure.
  readLatest().catch(() => undefined);
  const timer = setInterval(() => {
    const interval = snapshotInterval(every, view.size);
    if (writing !== undefined || view.position - last < interval) return;
    writing = write(Math.floor(interval / 2))
      .catch((error: unknown) => {
        observer.onSnapshotAttempt(stream, 'failed');
        if (error instanceof NotJson) {
          // Another attempt would fail as well, until the states change.
          last = view.position;
          logger.error({ stream, reason: error.message }, 'snapshot not written: the state is not JSON');
          return;
        }
        logger.warn({ stream, reason: String(error) }, 'snapshot failed');
      })
      .finally(() => (writing = undefined));
  }, checkIntervalMs);

  return {
    async stop() {
      clearInterval(timer);
      await writing;
    },
  };
}
