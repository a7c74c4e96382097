import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { createProduct, defaultProduct } from '../domain/product.ts';
import type { Service } from '../domain/service/service.ts';
import { connectToNats } from '../nats/connection/connection.ts';
import { compareStream, describeDifference } from '../nats/provisioning/compare-stream.ts';
import {
  createStream,
  provisionFiles,
  readStreamDefinition,
  type ProvisionOptions,
} from '../nats/provisioning/provisioning.ts';
import { explainConnectFailure } from '../nats/connection/explain-connect-failure.ts';
import { readAccess } from '../runtime/config/config.ts';

/**
 * What happens if a stream that the service follows does not exist: on a server that only this service uses, it is created,
 * empty. On another server, its owner has to create it, with options that the follower does not know.
 */
export type MissingStream = 'create' | 'fail';

/**
 * Creates or updates the stream of a service and its buckets. Streams of other services are never changed. Returns the names of
 * those that were created.
 *
 * @param env variables of the NATS connection.
 * @throws Error if NATS cannot be reached, if the stream of the service differs in a way that cannot be changed safely, or if
 * a stream that it follows is missing or has other content.
 */
export async function provisionService(
  service: Service,
  env: NodeJS.ProcessEnv,
  ifMissing: MissingStream,
): Promise<readonly string[]> {
  const { name, streamFile } = service.contract;
  const product = service.product === undefined ? defaultProduct : createProduct(service.product);
  return withConnection(env, async (nc) => {
    const created = await provideFollowedStreams(nc, service, ifMissing);
    await provision(nc, new Map([[name, streamFile]]), { product });
    return created;
  });
}

/**
 * Creates or updates streams and their buckets.
 *
 * @param files the file that defines the stream of each service.
 */
export function connectAndProvision(
  files: ReadonlyMap<string, string | URL>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  return withConnection(env, (nc) => provision(nc, files));
}

async function withConnection<T>(
  env: NodeJS.ProcessEnv,
  work: (nc: NatsConnection) => Promise<T>,
): Promise<T> {
  const access = readAccess(env);
  const { nc } = await connectToNats({ ...access, name: 'provision' }).catch((error: unknown) => {
    throw new Error(explainConnectFailure(error, access), { cause: error });
  });
  try {
    return await work(nc);
  } finally {
    await nc.close();
  }
}

async function provision(
  nc: NatsConnection,
  files: ReadonlyMap<string, string | URL>,
  options: ProvisionOptions = {},
): Promise<void> {
  for (const { name, file, result } of await provisionFiles(nc, files, options)) {
    if (result.outcome !== 'rejected') continue;
    const differences = result.differences.map(describeDifference).join('\n  ');
    throw new Error(
      `stream ${name} differs from its definition in ${nameFile(file)}, and updating it could lose data:\n  ${differences}`,
    );
  }
}

async function provideFollowedStreams(
  nc: NatsConnection,
  { contract, follows }: Service,
  ifMissing: MissingStream,
): Promise<readonly string[]> {
  const created: string[] = [];
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  for (const { name: owner, streamFile } of Object.values(follows)) {
    const definition = await readStreamDefinition(streamFile, owner);
    const differences = await compareStream(jsm, definition, 'follower');
    const stream = `stream ${definition.name}, which the ${contract.name} service follows,`;
    if (differences === undefined) {
      if (ifMissing === 'fail') {
        throw new Error(
          `${stream} does not exist on ${nc.getServer()}; provision the ${owner} service, which owns it`,
        );
      }
      await createStream(jsm, definition);
      created.push(definition.name);
    } else if (differences.length > 0) {
      const details = differences.map(describeDifference).join('\n  ');
      throw new Error(`${stream} differs from ${nameFile(streamFile)}:\n  ${details}`);
    }
  }
  return created;
}

const nameFile = (file: string | URL) => (file instanceof URL ? fileURLToPath(file) : file);
