import { parseArgs } from 'node:util';
import type { NatsConnection } from 'nats';
import { createProduct, defaultProduct, type Product } from '../domain/product.ts';
import { connectToNats } from '../nats/connection/connection.ts';
import { describeDifference } from '../nats/provisioning/compare-stream.ts';
import { provisionStreams, type ProvisionOptions } from '../nats/provisioning/provisioning.ts';
import { explainConnectFailure } from '../runtime/config/config-nats.ts';
import { readProvisionConfig } from '../runtime/config/config.ts';

const help = `portside provision [--product NAME] [FOLDER …]

Creates or updates the streams that the JSON files in the folders define, with their buckets, and prints the result of
each. Default: the folder streams in the working directory.

--product NAME  the product that the services belong to, as in defineService({ product }). The services of a product
                share the bucket NAME-config with their live configuration. Default: ${defaultProduct.name}.

Exit codes: 0 if every stream matches its definition, 1 if one differs in a way that cannot be changed safely, or if
NATS cannot be reached.

Environment variables: NATS_URL and the other NATS_… variables of the services; STREAM_REPLICAS, the number of servers
that store each stream, instead of the number in its definition.
`;

export async function provision(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, product: { type: 'string' } },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const product = values.product === undefined ? defaultProduct : createProduct(values.product);
  await connectAndProvision(positionals.length > 0 ? positionals : ['streams'], product);
}

async function connectAndProvision(folders: readonly string[], product: Product): Promise<void> {
  const { nats, streamReplicas: replicas } = readProvisionConfig(process.env);
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
