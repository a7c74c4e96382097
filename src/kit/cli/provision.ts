import type { NatsConnection } from 'nats';
import { messageOf } from '../domain/error-message.ts';
import { createProduct, defaultProduct, type Product } from '../domain/product.ts';
import { connectToNats } from '../nats/connection/connection.ts';
import { describeDifference } from '../nats/provisioning/compare-stream.ts';
import {
  listStreamFiles,
  provisionStreams,
  readStreamDefinition,
  type ProvisionOptions,
} from '../nats/provisioning/provisioning.ts';
import { explainConnectFailure } from '../nats/connection/explain-connect-failure.ts';
import { readProvisionConfig, type ProvisionConfig } from '../runtime/config/config.ts';
import { retryUntilSuccess } from '../runtime/stream/boot.ts';
import { parseArguments, type Command } from './command.ts';

const help = `portside provision [--product NAME] [--wait] [FOLDER …]

Creates or updates the streams that the JSON files in the folders define, with their buckets, and prints the result of
each. Default: the folder streams in the working directory.

--product NAME  the product that the services belong to, as in defineService({ product }). The services of a product
                share the bucket NAME-config with their live configuration. Default: ${defaultProduct.name}.
--wait          retries until NATS can be reached and accepts the streams, and prints the reason to standard error

Exit codes: 0 if every stream matches its definition, 1 if one differs in a way that cannot be changed safely, or if
NATS cannot be reached.

Environment variables: NATS_URL and the other NATS_… variables of the services; STREAM_REPLICAS, the number of servers
that store each stream, instead of the number in its definition.
`;

export const provision: Command = { help, run };

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArguments(args, {
    product: { type: 'string' },
    wait: { type: 'boolean' },
  });
  const product = values.product === undefined ? defaultProduct : createProduct(values.product);
  const folders = positionals.length > 0 ? positionals : ['streams'];
  // A retry does not help against an invalid configuration or file, so these fail before the first attempt.
  const config = readProvisionConfig(process.env);
  await checkStreamFiles(folders);
  const attempt = () => connectAndProvision(folders, config, product);
  await (values.wait === true ? retryUntilSuccess(attempt, createFailureReporter()) : attempt());
}

async function checkStreamFiles(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (const [service, file] of await listStreamFiles(folder)) await readStreamDefinition(file, service);
  }
}

/** Returns a function that prints the reason of a failed attempt unless it is the same as that of the previous attempt. */
function createFailureReporter(): (error: unknown) => void {
  let last: string | undefined;
  return (error) => {
    const reason = messageOf(error);
    if (reason !== last) process.stderr.write(`portside provision: ${reason}; retrying\n`);
    last = reason;
  };
}

async function connectAndProvision(
  folders: readonly string[],
  { nats, streamReplicas: replicas }: ProvisionConfig,
  product: Product,
): Promise<void> {
  const { nc } = await connectToNats({ ...nats, name: 'provision' }).catch((error: unknown) => {
    throw new Error(explainConnectFailure(error, nats), { cause: error });
  });
  try {
    for (const folder of folders) await provisionFolder(nc, folder, { replicas, product });
  } finally {
    await nc.close();
  }
}

async function provisionFolder(nc: NatsConnection, folder: string, options: ProvisionOptions): Promise<void> {
  for (const { name, result } of await provisionStreams(nc, folder, options)) {
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
