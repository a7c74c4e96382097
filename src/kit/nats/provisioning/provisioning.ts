/** Creates and updates the streams that the files in a folder define. An unsafe change is rejected and reported. */

import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { defaultProduct, type Product } from '../../domain/product.ts';
import { compareStream, type Difference } from './compare-stream.ts';
import { provisionConfigBucket } from './config-bucket.ts';
import { provisionSnapshots } from '../snapshots/snapshots.ts';
import type { StreamDefinition } from './stream-options.ts';

export type { StreamDefinition };

export type Provisioned =
  | { readonly outcome: 'created' | 'unchanged' }
  | { readonly outcome: 'updated' | 'rejected'; readonly differences: readonly Difference[] };

/** @throws if the file cannot be read or is not a stream definition. */
export async function readStreamDefinition(file: string | URL): Promise<StreamDefinition> {
  const definition: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (!isStreamDefinition(definition))
    throw new TypeError(`${String(file)} does not define a stream with a name and subjects`);
  return definition;
}

/** Creates the stream or updates it to `wanted`. If a difference is unsafe, changes nothing and returns the differences. */
export async function provisionStream(jsm: JetStreamManager, wanted: StreamDefinition): Promise<Provisioned> {
  const differences = await compareStream(jsm, wanted);
  if (differences === undefined) {
    await jsm.streams.add(wanted);
    return { outcome: 'created' };
  }
  if (differences.length === 0) return { outcome: 'unchanged' };
  if (differences.some(({ safe }) => !safe)) return { outcome: 'rejected', differences };
  // The client merges this with the present configuration: an unnamed option needs its default to be reset.
  const defaults = Object.fromEntries(differences.map((difference) => [difference.field, difference.wanted]));
  await jsm.streams.update(wanted.name, { ...defaults, ...wanted });
  return { outcome: 'updated', differences };
}

export type ProvisionOptions = {
  /** Replication factor of each stream; the files define 1, a cluster of three servers uses 3. */
  readonly replicas?: number | undefined;
  /** The product that the services belong to. */
  readonly product?: Product | undefined;
};

/**
 * Provisions the stream of every JSON file in `folder`, in order of file name, together with the snapshot bucket of its
 * service (`<service>.json`) and the configuration bucket that the services of the product share.
 */
export async function provisionStreams(
  nc: NatsConnection,
  folder: string,
  { replicas, product = defaultProduct }: ProvisionOptions = {},
): Promise<{ readonly name: string; readonly result: Provisioned }[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).toSorted();
  const provisioned = [];
  for (const file of files) {
    const definition = await readStreamDefinition(join(folder, file));
    const wanted = { ...definition, ...(replicas !== undefined && { num_replicas: replicas }) };
    provisioned.push({ name: definition.name, result: await provisionStream(jsm, wanted) });
    await provisionSnapshots(nc, basename(file, '.json'), replicas);
  }
  await provisionConfigBucket(nc, product.configBucket, replicas);
  return provisioned;
}

function isStreamDefinition(value: unknown): value is StreamDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'subjects' in value &&
    Array.isArray(value.subjects)
  );
}
