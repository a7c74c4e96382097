/**
 * The provisioner as a process: makes the streams what their files say, prints what it did, and ends. Its arguments are
 * the folders that hold the files; without any, it is the project's own.
 */

import { fileURLToPath } from 'node:url';
import type { NatsConnection } from 'nats';
import { connectToNats } from '../nats/connection.ts';
import { describeDifference, provisionStreams } from '../nats/provisioning.ts';
import { explainConnectFailure } from '../runtime/config-nats.ts';
import { readProvisionConfig } from '../runtime/config.ts';

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
  const [, , ...given] = process.argv;
  const folders = given.length > 0 ? given : [fileURLToPath(new URL('../../streams', import.meta.url))];
  for (const folder of folders) {
    for (const { name, result } of await provisionStreams(nc, folder, replicas)) {
      process.stdout.write(`${name}: ${result.outcome}\n`);
      if (!('differences' in result)) continue;
      for (const difference of result.differences) {
        const remark = difference.safe ? '' : ' (a change could lose data or change what the stream means)';
        process.stdout.write(`  ${describeDifference(difference)}${remark}\n`);
      }
      if (result.outcome === 'refused') process.exitCode = 1;
    }
  }
}
