import { parseArgs } from 'node:util';
import type { NatsConnection } from 'nats';
import { connectToNats } from '../nats/connection/connection.ts';
import { describeDifference } from '../nats/provisioning/compare-stream.ts';
import { provisionStreams } from '../nats/provisioning/provisioning.ts';
import { explainConnectFailure } from '../runtime/config/config-nats.ts';
import { readProvisionConfig } from '../runtime/config/config.ts';

const help = `provision [FOLDER …]

Creates or updates the streams that the JSON files in the folders define, with their buckets, and prints the result of
each. Default: the folder streams in the working directory.

Exit codes: 0 if every stream matches its definition, 1 if one differs in a way that cannot be changed safely, or if
NATS cannot be reached.

Environment variables: NATS_URL and the other NATS_… variables of the services; STREAM_REPLICAS, the number of servers
that store each stream, instead of the number in its definition.
`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) process.stdout.write(help);
  else await connectAndProvision(positionals.length > 0 ? positionals : ['streams']);
} catch (error) {
  process.stderr.write(`provision: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function connectAndProvision(folders: readonly string[]): Promise<void> {
  const { nats, streamReplicas } = readProvisionConfig(process.env);
  const { nc } = await connectToNats({ ...nats, name: 'provision' }).catch((error: unknown) => {
    throw new Error(explainConnectFailure(error, nats), { cause: error });
  });
  try {
    for (const folder of folders) await provision(nc, folder, streamReplicas);
  } finally {
    await nc.close();
  }
}

async function provision(nc: NatsConnection, folder: string, replicas: number | undefined): Promise<void> {
  for (const { name, result } of await provisionStreams(nc, folder, replicas)) {
    process.stdout.write(`${name}: ${result.outcome}\n`);
    if (!('differences' in result)) continue;
    for (const difference of result.differences) {
      const remark = difference.safe
        ? ''
        : ' (unsafe: applying it could lose data or change the meaning of the stream)';
      process.stdout.write(`  ${describeDifference(difference)}${remark}\n`);
    }
    if (result.outcome === 'rejected') process.exitCode = 1;
  }
}
