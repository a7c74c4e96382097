import { fileURLToPath } from 'node:url';
import type { DoctorConfig } from './environment.ts';
import { examineDigests } from './digests.ts';
import { runCheck, type Finding } from './finding.ts';
import { examineReplicas } from './replicas.ts';
import { examineServers, type Broker } from './servers.ts';
import { fetchLastPosition, services } from './services.ts';
import type { Service } from '../../src/kit/domain/service/service.ts';
import { examineSnapshots } from './snapshots.ts';
import { examineAccount, examineStreamLimits } from './storage.ts';
import { examineConfiguration, examineStorage, findStreams, type Stream } from './streams.ts';
import { examineSync } from './sync.ts';

const streamsFolder = fileURLToPath(new URL('../../streams', import.meta.url));

/** A stream with at least this many replicas survives the loss of a machine. */
const minReplicas = 3;

/** Runs all checks, from the servers to the snapshots. Changes nothing. */
export async function examine(config: DoctorConfig): Promise<readonly Finding[]> {
  const { findings, servers, broker, close } = await examineServers(config);
  try {
    if (broker === undefined) return findings;
    let streams: readonly Stream[] = [];
    const streamErrors = await runCheck('streams', async () => {
      streams = await findStreams(broker.jsm, streamsFolder);
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

/** Checks a stream and its service. The service is not checked if the stream does not exist. */
async function examineStream(
  broker: Broker,
  stream: Stream,
  streams: readonly Stream[],
  config: DoctorConfig,
): Promise<readonly Finding[]> {
  const { definition, info } = stream;
  const configuration = await runCheck(`stream ${definition.name}`, () =>
    examineConfiguration(broker.jsm, stream, config.streamReplicas),
  );
  if (info === undefined) return configuration;
  const service = services.find(({ contract }) => contract.name === stream.service);
  const serviceFindings =
    service === undefined
      ? []
      : [
          ...(await examineService(broker, service, definition.name, config.snapshotEvery)),
          ...(await examineState(broker, service, streams)),
        ];
  const storage = [...examineStorage(definition.name, info), ...examineStreamLimits(info)];
  return [...configuration, ...storage, ...serviceFindings];
}

async function examineService(
  broker: Broker,
  service: Service,
  stream: string,
  snapshotEvery: number,
): Promise<readonly Finding[]> {
  const { name } = service.contract;
  const fetchEnd = () => fetchLastPosition(broker, service, stream);
  const findings = await Promise.all([
    runCheck(`replicas ${name}`, () => examineReplicas(broker.connection.nc, name, fetchEnd)),
    runCheck(`snapshots ${name}`, async () =>
      examineSnapshots({ broker, service, stream, end: await fetchEnd(), snapshotEvery }),
    ),
  ]);
  return findings.flat();
}

/** Compares the views of the replicas: of the service's own stream, and of the streams that it follows. */
async function examineState(
  broker: Broker,
  service: Service,
  streams: readonly Stream[],
): Promise<readonly Finding[]> {
  const { name } = service.contract;
  const followed = Object.keys(service.follows ?? {});
  const owners = [service, ...services.filter(({ contract }) => followed.includes(contract.name))];
  const findings = await Promise.all(
    owners.map(async (owner) => {
      const { definition, info } = streams.find((stream) => stream.service === owner.contract.name) ?? {};
      if (definition === undefined || info === undefined) return [];
      const stream = definition.name;
      const label = owner === service ? `state ${name}` : `state ${name} ${stream}`;
      return runCheck(label, () =>
        examineDigests(label, {
          nc: broker.connection.nc,
          service: name,
          stream,
          fetchLastPosition: () => fetchLastPosition(broker, owner, stream),
        }),
      );
    }),
  );
  return findings.flat();
}
