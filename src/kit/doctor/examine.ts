import type { Service } from '../domain/service/service.ts';
import { examineDigests } from './digests.ts';
import type { DoctorConfig } from './config.ts';
import { runCheck, type Finding } from './finding.ts';
import { examineReplicas } from './replicas.ts';
import { examineServers, type Broker } from './servers.ts';
import { examineSnapshots } from './snapshots.ts';
import { examineAccount, examineStreamLimits } from './storage.ts';
import {
  examineConfiguration,
  examineRejectionStream,
  examineStorage,
  fetchLastPosition,
  findStreams,
  type Stream,
} from './streams.ts';
import { examineSync } from './sync.ts';

/** A stream with at least this many replicas survives the loss of a machine. */
const minReplicas = 3;

/** Runs all checks, from the servers to the snapshots of the services. Changes nothing. */
export async function examine(
  services: readonly Service[],
  config: DoctorConfig,
): Promise<readonly Finding[]> {
  const { findings, servers, broker, close } = await examineServers(config);
  try {
    if (broker === undefined) return findings;
    let streams: readonly Stream[] = [];
    const streamErrors = await runCheck('streams', async () => {
      streams = await findStreams(broker.jsm, services);
      return [];
    });
    const replicated =
      streams.length > 0 && streams.every(({ info }) => (info?.config.num_replicas ?? 0) >= minReplicas);
    const [sync, account, ...streamFindings] = await Promise.all([
      runCheck('sync', () => examineSync(config.monitorUrls, servers, replicated)),
      runCheck('storage account', async () => examineAccount(await broker.jsm.getAccountInfo())),
      ...streams.map((stream) => examineStream(broker, stream, streams, config)),
    ]);
    return [...findings, ...sync, ...account, ...streamErrors, ...streamFindings.flat()];
  } finally {
    await close();
  }
}

/** Checks a stream, and the service that owns it. The service is not checked if the stream does not exist. */
async function examineStream(
  broker: Broker,
  stream: Stream,
  streams: readonly Stream[],
  config: DoctorConfig,
): Promise<readonly Finding[]> {
  const { definition, info, owner } = stream;
  const configuration = await runCheck(`stream ${definition.name}`, () =>
    examineConfiguration(broker.jsm, stream, config.streamReplicas),
  );
  if (info === undefined) return configuration;
  const serviceFindings =
    owner === undefined
      ? []
      : [
          ...(await runCheck(`stream ${definition.name}_REJECTIONS`, () =>
            examineRejectionStream(broker.jsm, stream),
          )),
          ...(await examineService(broker, owner, stream, config)),
          ...(await examineState(broker, owner, streams)),
        ];
  const storage = [...examineStorage(definition.name, info), ...examineStreamLimits(info)];
  return [...configuration, ...storage, ...serviceFindings];
}

async function examineService(
  broker: Broker,
  service: Service,
  stream: Stream,
  { snapshotEvery, foldVersionOf }: DoctorConfig,
): Promise<readonly Finding[]> {
  const { name } = service.contract;
  const fetchEnd = () => fetchLastPosition(broker, stream);
  const findings = await Promise.all([
    runCheck(`replicas ${name}`, () => examineReplicas(broker.connection.nc, name, fetchEnd)),
    runCheck(`snapshots ${name}`, async () =>
      examineSnapshots({
        broker,
        service,
        stream: stream.definition.name,
        end: await fetchEnd(),
        snapshotEvery,
        foldVersionOf,
      }),
    ),
  ]);
  return findings.flat();
}

/** Compares the views of the replicas: of the service's own stream, and of the streams that it follows. */
export async function examineState(
  broker: Broker,
  { contract: { name }, follows }: Service,
  streams: readonly Stream[],
): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    [name, ...Object.keys(follows)].map(async (read) => {
      const found = streams.find(({ contract }) => contract.name === read);
      if (found?.info === undefined) return [];
      const stream = found.definition.name;
      const label = read === name ? `state ${name}` : `state ${name} ${stream}`;
      return runCheck(label, () =>
        examineDigests(label, {
          nc: broker.connection.nc,
          service: name,
          stream,
          fetchLastPosition: () => fetchLastPosition(broker, found),
        }),
      );
    }),
  );
  return findings.flat();
}
