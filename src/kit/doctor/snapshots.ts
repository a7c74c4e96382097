import type { NatsConnection } from 'nats';
import { brokerTimeOf } from '../nats/connection/broker-time.ts';
import {
  openSnapshots,
  snapshotBucket,
  snapshotInterval,
  type SnapshotInfo,
} from '../nats/snapshots/snapshots.ts';
import { ok, warning, type Finding } from './finding.ts';
import { formatBytes, formatCount, formatDuration } from './measures.ts';
import type { Broker } from './servers.ts';
import type { Service } from '../domain/service/service.ts';
import { requestDigests } from '../nats/services/digest-endpoint.ts';
import { findStream } from './streams.ts';

export type SnapshotsExamination = {
  readonly broker: Broker;
  readonly service: Service;
  readonly stream: string;
  /** The stream's last position. */
  readonly end: number;
  /** Minimum number of messages between two snapshots of the service. */
  readonly snapshotEvery: number;
  foldVersionOf(service: Service): Promise<string>;
};

/**
 * Checks that a starting replica finds a recent, usable snapshot.
 *
 * Loads the latest snapshot as a starting replica does, because only loading it proves that it is complete.
 */
export async function examineSnapshots({
  broker: { connection, jsm },
  service,
  stream,
  end,
  snapshotEvery,
  foldVersionOf,
}: SnapshotsExamination): Promise<Finding> {
  const { name, fold } = service.contract;
  const label = `snapshots ${name}`;
  const bucket = snapshotBucket(name);
  const bucketInfo = await findStream(jsm, `OBJ_${bucket}`);
  if (bucketInfo === undefined) {
    return warning(
      label,
      `bucket ${bucket} does not exist: every starting replica reads the whole stream`,
      'npm run provision',
    );
  }
  const unusable: string[] = [];
  const snapshots = await openSnapshots({
    nc: connection.nc,
    jsm,
    name,
    stream,
    initial: fold.initial,
    foldVersion: (await findFoldVersion(connection.nc, name)) ?? (await foldVersionOf(service)),
    onUnusable: (reason) => unusable.push(reason),
  });
  const image = await snapshots.load(Infinity);
  const used = (await snapshots.list()).find(({ position }) => position === image?.position);
  const position = used?.position ?? 0;
  const toRead = `a starting replica reads ${formatCount(Math.max(0, end - position))} messages`;
  const none = unusable.length > 0 ? 'no usable snapshot' : 'no snapshot of this version yet';
  const detail = `${used === undefined ? none : describe(used, brokerTimeOf(bucketInfo))}; ${toRead}`;

  if (unusable.length > 0) {
    return warning(
      label,
      [detail, ...unusable.map((reason) => `not usable: ${reason}`)].join('\n  '),
      'no data is lost: a starting replica uses an older snapshot or replays the whole stream; the next snapshot replaces this one',
    );
  }
  const interval = snapshotInterval(snapshotEvery, image?.entries.size ?? 0);
  return assessAge(label, detail, { position: used?.position, end, interval });
}

/** Checks the latest snapshot that a replica knows of, without loading it. */
export function assessLatest(
  service: string,
  latest: Pick<SnapshotInfo, 'position' | 'written' | 'size'> | undefined,
  {
    end,
    entities,
    snapshotEvery,
    now,
  }: {
    readonly end: number;
    readonly entities: number;
    readonly snapshotEvery: number;
    readonly now: number;
  },
): Finding {
  const position = latest?.position;
  const toRead = `a starting replica reads ${formatCount(Math.max(0, end - (position ?? 0)))} messages`;
  const detail = `${latest === undefined ? 'no snapshot of this version yet' : describe(latest, now)}; ${toRead}`;
  const interval = snapshotInterval(snapshotEvery, entities);
  return assessAge(`snapshots ${service}`, detail, { position, end, interval });
}

function assessAge(
  label: string,
  detail: string,
  {
    position,
    end,
    interval,
  }: { readonly position: number | undefined; readonly end: number; readonly interval: number },
): Finding {
  // The stream grows while a snapshot is being written.
  const tolerated = position === undefined ? interval : 2 * interval;
  return end - (position ?? 0) > tolerated
    ? warning(label, detail, 'replicas write snapshots in the background: check their logs for errors')
    : ok(label, detail);
}

/** Returns the fold version of a running replica; undefined if none replies. The doctor may be part of another build. */
async function findFoldVersion(nc: NatsConnection, name: string): Promise<string | undefined> {
  const [digest] = await requestDigests(nc, name, 1, { position: 0 });
  return digest?.foldVersion;
}

function describe(
  { position, written, size }: Pick<SnapshotInfo, 'position' | 'written' | 'size'>,
  now: number,
): string {
  return `latest at ${formatCount(position)}, ${formatDuration(now - written)} old, ${formatBytes(size)}`;
}
