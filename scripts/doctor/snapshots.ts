/** Whether a replica that starts now finds a snapshot that it can use, and how old it is. */

import { openSnapshots, snapshotBucket, type SnapshotInfo } from '../../src/kit/nats/snapshots/snapshots.ts';
import { describeFold } from '../../src/kit/eventlog/snapshot-image.ts';
import { ok, warning, type Finding } from './finding.ts';
import { formatBytes, formatCount, formatDuration } from './measures.ts';
import type { Broker } from './servers.ts';
import type { Service } from './services.ts';
import { findStream } from './streams.ts';

export type SnapshotsExamination = {
  readonly broker: Broker;
  readonly service: Service;
  readonly stream: string;
  /** The stream's last position. */
  readonly end: number;
  /** How many messages the service lets pass between two snapshots, at least. */
  readonly snapshotEvery: number;
};

/** The newest snapshot is loaded as a start would do it: only so is it known to be whole. */
export async function examineSnapshots({
  broker: { connection, jsm },
  service: { name, fold, events },
  stream,
  end,
  snapshotEvery,
}: SnapshotsExamination): Promise<Finding> {
  const label = `snapshots ${name}`;
  const bucket = snapshotBucket(name);
  if ((await findStream(jsm, `OBJ_${bucket}`)) === undefined) {
    return warning(
      label,
      `there is no bucket ${bucket}: every start reads the whole stream`,
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
    fold: describeFold(fold, events),
    onUnusable: (reason) => unusable.push(reason),
  });
  const image = await snapshots.load(Infinity);
  const used = (await snapshots.list()).find(({ position }) => position === image?.position);
  const position = used?.position ?? 0;
  const toRead = `a start reads ${formatCount(Math.max(0, end - position))} messages`;
  const none = unusable.length > 0 ? 'none that can be used' : 'none of this version yet';
  const detail = `${used === undefined ? none : describe(used)}; ${toRead}`;

  if (unusable.length > 0) {
    return warning(
      label,
      [detail, ...unusable.map((reason) => `not usable: ${reason}`)].join('\n  '),
      'nothing is lost: a start uses an older one or the stream alone, and the next one replaces it',
    );
  }
  const interval = Math.max(snapshotEvery, Math.floor((image?.entries.size ?? 0) / 4));
  // While one is being written, the stream goes on.
  const tolerated = used === undefined ? interval : 2 * interval;
  return end - position > tolerated
    ? warning(label, detail, 'replicas write them in the background: look in their logs for why they cannot')
    : ok(label, detail);
}

function describe({ position, written, size }: SnapshotInfo): string {
  return `newest at ${formatCount(position)}, ${formatDuration(Date.now() - written)} old, ${formatBytes(size)}`;
}
