/** All the checks in their order, from the servers to the snapshots. */

import { fileURLToPath } from 'node:url';
import type { DoctorConfig } from './environment.ts';
import { executeCommand, type Finding } from './finding.ts';
import { examineReplicas } from './replicas.ts';
import { examineServers, type Broker } from './servers.ts';
import { askLastPosition, services, type Service } from './services.ts';
import { examineSnapshots } from './snapshots.ts';
import { examineConfiguration, examineLog, findStreams, type Stream } from './streams.ts';
import { examineSync } from './sync.ts';

const streamsFolder = fileURLToPath(new URL('../../streams', import.meta.url));

/** From this many replicas on, a stream survives the loss of a machine. */
const enoughReplicas = 3;

/** Changes nothing. */
export async function examine(config: DoctorConfig): Promise<readonly Finding[]> {
  const { findings, servers, broker, close } = await examineServers(config);
  try {
    if (broker === undefined) return findings;
    let streams: readonly Stream[] = [];
    const unread = await executeCommand('streams', async () => {
      streams = await findStreams(broker.jsm, streamsFolder);
      return [];
    });
    const replicated =
      streams.length > 0 && streams.every(({ info }) => (info?.config.num_replicas ?? 0) >= enoughReplicas);
    const [sync, ...ofStreams] = await Promise.all([
      executeCommand('sync', () => examineSync(config.monitorUrls, servers, replicated)),
      ...streams.map((stream) => examineStream(broker, stream, config)),
    ]);
    return [...findings, ...sync, ...unread, ...ofStreams.flat()];
  } finally {
    await close();
  }
}

/** A stream and its service: nothing can be said of the service before the stream is there. */
async function examineStream(
  broker: Broker,
  stream: Stream,
  config: DoctorConfig,
): Promise<readonly Finding[]> {
  const { wanted, info } = stream;
  const configuration = await executeCommand(`stream ${wanted.name}`, () =>
    examineConfiguration(broker.jsm, stream, config.streamReplicas),
  );
  if (info === undefined) return configuration;
  const service = services.find(({ name }) => name === stream.service);
  const ofService =
    service === undefined ? [] : await examineService(broker, service, wanted.name, config.snapshotEvery);
  return [...configuration, ...examineLog(wanted.name, info), ...ofService];
}

async function examineService(
  broker: Broker,
  service: Service,
  stream: string,
  snapshotEvery: number,
): Promise<readonly Finding[]> {
  const askEnd = () => askLastPosition(broker, service, stream);
  const findings = await Promise.all([
    executeCommand(`replicas ${service.name}`, () =>
      examineReplicas(broker.connection.nc, service.name, askEnd),
    ),
    executeCommand(`snapshots ${service.name}`, async () =>
      examineSnapshots({ broker, service, stream, end: await askEnd(), snapshotEvery }),
    ),
  ]);
  return findings.flat();
}
