/**
 * Creates or updates the streams defined in the given folders, prints the result of each, and exits.
 *
 * Arguments: the folders; default `streams` in the working directory. Exits with code 1 if a stream differs from its
 * definition in a way that cannot be changed safely.
 */

import type { NatsConnection } from 'nats';
import { connectToNats } from '../nats/connection/connection.ts';
import { describeDifference, provisionStreams } from '../nats/provisioning/provisioning.ts';
import { explainConnectFailure } from '../runtime/config/config-nats.ts';
import { readProvisionConfig } from '../runtime/config/config.ts';

try {
  const { nats, streamReplicas } = readProvisionConfig(process.env);
  const { nc } = await connectToNats({ ...nats, name: 'provision' }).catch((error: unknown) => {
    throw new Error(explainConnectFailure(error, nats), { cause: error });
  });
  try {
    await provision(nc, streamReplicas);
  } finally {
    await nc.close();
  }
} catch (error) {
  process.stderr.write(`provision: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function provision(nc: NatsConnection, replicas: number | undefined): Promise<void> {
  const [, , ...folders] = process.argv;
  for (const folder of folders.length > 0 ? folders : ['streams']) {
    for (const { name, result } of await provisionStreams(nc, folder, replicas)) {
      process.stdout.write(`${name}: ${result.outcome}\n`);
      if (!('differences' in result)) continue;
      for (const difference of result.differences) {
        const remark = difference.safe
          ? ''
          : ' (unsafe: applying it could lose data or change the meaning of the stream)';
        process.stdout.write(`  ${describeDifference(difference)}${remark}\n`);
      }
      if (result.outcome === 'refused') process.exitCode = 1;
    }
  }
}
