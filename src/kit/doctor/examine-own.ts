/** The checks that a replica makes of its own system, for its web console: over its own connection, and without loading a snapshot. */

import type { Service } from '../domain/service/service.ts';
import type { SnapshotInfo } from '../nats/snapshots/snapshots.ts';
import { examineState } from './examine.ts';
import { runCheck, type Finding } from './finding.ts';
import { examineReplicas } from './replicas.ts';
import { assessConnected, type Broker } from './servers.ts';
import { assessLatest } from './snapshots.ts';
import { examineAccount, examineStreamLimits } from './storage.ts';
import {
  examineConfiguration,
  examineRejectionStream,
  examineStorage,
  fetchLastPosition,
  findStreams,
  type Stream,
} from './streams.ts';

/** What the replica knows of itself. */
export type Own = {
  readonly snapshot: SnapshotInfo | undefined;
  readonly snapshotEvery: number;
  /** Number of entities in the view. */
  readonly entities: number;
};

/** Checks the server, the streams that the service reads, its replicas and its snapshots. Changes nothing. */
export async function examineOwn(service: Service, broker: Broker, own: Own): Promise<readonly Finding[]> {
  const url = broker.connection.nc.getServer();
  const { name } = service.contract;
  let streams: readonly Stream[] = [];
  const streamErrors = await runCheck('streams', async () => {
    streams = await findStreams(broker.jsm, [service]);
    return [];
  });
  const owned = streams.find(({ owner }) => owner !== undefined);
  const fetchEnd = (stream: Stream) => fetchLastPosition(broker, stream);
  const findings = await Promise.all([
    runCheck('storage account', async () => examineAccount(await broker.jsm.getAccountInfo())),
    ...streams.map((stream) => examineStream(broker, stream)),
    ...(owned?.info === undefined
      ? []
      : [
          runCheck(`stream ${owned.definition.name}_REJECTIONS`, () =>
            examineRejectionStream(broker.jsm, owned),
          ),
          runCheck(`replicas ${name}`, () =>
            examineReplicas(broker.connection.nc, name, () => fetchEnd(owned)),
          ),
          runCheck(`snapshots ${name}`, async () =>
            assessLatest(name, own.snapshot, { ...own, end: await fetchEnd(owned), now: Date.now() }),
          ),
          examineState(broker, service, streams),
        ]),
  ]);
  return [assessConnected({ url, connection: broker.connection }), ...streamErrors, ...findings.flat()];
}

async function examineStream(broker: Broker, stream: Stream): Promise<readonly Finding[]> {
  const { definition, info } = stream;
  const configuration = await runCheck(`stream ${definition.name}`, () =>
    examineConfiguration(broker.jsm, stream, undefined),
  );
  if (info === undefined) return configuration;
  return [...configuration, ...examineStorage(definition.name, info), ...examineStreamLimits(info)];
}
