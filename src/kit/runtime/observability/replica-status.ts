/** What a replica reports of its process, its snapshots, and the cluster that stores its stream. */

import { getHeapStatistics } from 'node:v8';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { toTimestamp, type ServiceStatus } from '../../api/responses/documents.ts';
import type { SnapshotInfo } from '../../nats/snapshots/snapshots.ts';

const nanosecondsPerMillisecond = 1e6;

/** @param eventLoopDelayMs returns how late timers were in the last seconds, in ms. */
export function readProcess(eventLoopDelayMs: () => number): ServiceStatus['process'] {
  const { used_heap_size: heapBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics();
  return {
    memoryBytes: process.memoryUsage.rss(),
    heapBytes,
    heapLimitBytes,
    eventLoopDelayMs: eventLoopDelayMs(),
  };
}

export function describeSnapshot(snapshot: SnapshotInfo | undefined): ServiceStatus['snapshot'] {
  if (snapshot === undefined) return null;
  const { position, written, size } = snapshot;
  return { position, time: toTimestamp(written), bytes: size };
}

export async function readBroker(
  nc: NatsConnection,
  jsm: JetStreamManager,
  stream: string,
): Promise<ServiceStatus['broker']> {
  const { cluster } = await jsm.streams.info(stream);
  return {
    server: nc.info?.server_name ?? '',
    leader: cluster?.leader ?? null,
    peers: (cluster?.replicas ?? []).map(({ name, current, lag, active }) => ({
      server: name,
      isCurrent: current,
      lag: lag ?? 0,
      lastContactMs: active / nanosecondsPerMillisecond,
    })),
  };
}

/** Returns the first address if it is on this machine. Whether people can reach another one is not known. */
export function localUrlOf(urls: string): string | null {
  const [first = ''] = urls.split(',');
  return /^(?:\w+:\/\/)?(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?\/?$/.test(first) ? first : null;
}
