/** Writes snapshots in the background, when enough has happened since the last one. */

import type { DomainEvent } from '../core/decider.ts';
import type { View } from '../core/view.ts';
import type { SnapshotInfo, Snapshots } from '../nats/snapshots.ts';
import type { Log } from './log.ts';
import type { LogObserver } from './log-observer.ts';

export type SnapshotWriter = {
  /** Begins no further snapshot, and waits for the one that is being written. */
  stop(): Promise<void>;
};

/** How often, in milliseconds, it is looked whether a snapshot is due. */
const checkMs = 1_000;

/**
 * A snapshot is due after `every` positions, or after a quarter as many as there are entities where that is more: so
 * writing costs a bounded share of the work, and a start reads a bounded tail.
 */
export function writeSnapshots<State, Event extends DomainEvent>(
  stream: string,
  view: View<State, Event>,
  snapshots: Snapshots<State>,
  every: number,
  log: Log,
  observer: Pick<LogObserver, 'onSnapshot' | 'onSnapshotAttempt'>,
): SnapshotWriter {
  let last = 0;
  let writing: Promise<void> | undefined;

  async function look(): Promise<SnapshotInfo | undefined> {
    const [newest] = await snapshots.list();
    observer.onSnapshot(stream, newest);
    return newest;
  }

  async function write(margin: number) {
    const started = performance.now();
    const image = view.capture();
    const outcome = await snapshots.save(image, margin);
    observer.onSnapshotAttempt(stream, outcome);
    if (outcome === 'written') last = image.position;
    const newest = await look().catch(() => undefined);
    if (outcome === 'skipped') last = newest?.position ?? last;
    const milliseconds = Math.round(performance.now() - started);
    log.info({ stream, outcome, position: image.position, milliseconds }, 'snapshot');
  }

  // The one that the service started from. That it cannot be looked at now is told when one is due.
  look().catch(() => undefined);
  const timer = setInterval(() => {
    const interval = Math.max(every, Math.floor(view.size / 4));
    if (writing !== undefined || view.position - last < interval) return;
    writing = write(Math.floor(interval / 2))
      .catch((error: unknown) => {
        observer.onSnapshotAttempt(stream, 'failed');
        log.warn({ stream, reason: String(error) }, 'the snapshot could not be written');
      })
      .finally(() => (writing = undefined));
  }, checkMs);

  return {
    async stop() {
      clearInterval(timer);
      await writing;
    },
  };
}
