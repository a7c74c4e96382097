import { fileURLToPath } from 'node:url';
import { createProduct, defaultProduct } from '../domain/product.ts';
import type { Service } from '../domain/service/service.ts';
import { connectToNats } from '../nats/connection/connection.ts';
import { describeDifference } from '../nats/provisioning/compare-stream.ts';
import { provisionFiles, type ProvisionOptions } from '../nats/provisioning/provisioning.ts';
import { explainConnectFailure } from '../runtime/config/config-nats.ts';
import { readAccess } from '../runtime/config/config.ts';

/**
 * Creates or updates the streams of a service and of those that it follows, and their buckets.
 *
 * @param env variables of the NATS connection.
 * @throws Error if NATS cannot be reached, or if a stream differs in a way that cannot be changed safely.
 */
export async function provisionService(service: Service, env: NodeJS.ProcessEnv): Promise<void> {
  const contracts = [service.contract, ...Object.values(service.follows)];
  const product = service.product === undefined ? defaultProduct : createProduct(service.product);
  await connectAndProvision(new Map(contracts.map(({ name, streamFile }) => [name, streamFile])), env, {
    product,
  });
}

/**
 * Creates or updates streams and their buckets.
 *
 * @param files the file that defines the stream of each service.
 */
export async function connectAndProvision(
  files: ReadonlyMap<string, string | URL>,
  env: NodeJS.ProcessEnv,
  options: ProvisionOptions = {},
): Promise<void> {
  const access = readAccess(env);
  const { nc } = await connectToNats({ ...access, name: 'provision' }).catch((error: unknown) => {
    throw new Error(explainConnectFailure(error, access), { cause: error });
  });
  try {
    for (const { name, file, result } of await provisionFiles(nc, files, options)) {
      if (result.outcome !== 'rejected') continue;
      const differences = result.differences.map(describeDifference).join('\n  ');
      throw new Error(
        `stream ${name} differs from its definition in ${nameFile(file)}, and updating it could lose data:\n  ${differences}`,
      );
    }
  } finally {
    await nc.close();
  }
}

const nameFile = (file: string | URL) => (file instanceof URL ? fileURLToPath(file) : file);
