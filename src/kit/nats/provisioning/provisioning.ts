/** Creates and updates the streams that the files in a folder define. An unsafe change is rejected and reported. */

import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  JetStreamApiError,
  jetstreamManager,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { brokerErrors } from '../connection/broker-errors.ts';
import { provisionConfigBucket } from './config-bucket.ts';
import { provisionSnapshots } from '../snapshots/snapshots.ts';

/** Content of a stream file, in the format of `nats stream add --config`: snake_case, durations in nanoseconds. */
export type StreamDefinition = Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects'>;

/** A field of a stream that differs from its definition. */
export type Difference = {
  readonly field: string;
  readonly actual: unknown;
  readonly wanted: unknown;
  /** Whether the change loses no data and is compatible with existing messages. */
  readonly safe: boolean;
};

export type Provisioned =
  | { readonly outcome: 'created' | 'unchanged' }
  | { readonly outcome: 'updated' | 'refused'; readonly differences: readonly Difference[] };

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
  if (differences.some(({ safe }) => !safe)) return { outcome: 'refused', differences };
  await jsm.streams.update(wanted.name, wanted);
  return { outcome: 'updated', differences };
}

/**
 * Provisions the stream of every JSON file in `folder`, in order of file name, together with the snapshot bucket of its
 * service (`<service>.json`) and the shared configuration bucket.
 *
 * @param replicas replication factor of each stream; the files define 1, a cluster of three servers uses 3.
 */
export async function provisionStreams(
  nc: NatsConnection,
  folder: string,
  replicas?: number,
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
  await provisionConfigBucket(nc, replicas);
  return provisioned;
}

/** Compares the fields of `wanted` with the stream. Returns undefined if the stream does not exist. */
export async function compareStream(
  jsm: JetStreamManager,
  wanted: StreamDefinition,
): Promise<Difference[] | undefined> {
  try {
    const { config } = await jsm.streams.info(wanted.name);
    const actual = new Map<string, unknown>(Object.entries(config));
    return Object.entries(wanted)
      .map(([field, value]) => compareField(field, actual.get(field), value))
      .filter((difference) => difference !== undefined);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound) return undefined;
    throw error;
  }
}

/** Formats a difference: `duplicate_window is 60000000000, wanted 120000000000`. */
export function describeDifference({ field, actual, wanted }: Difference): string {
  return `${field} is ${JSON.stringify(actual)}, wanted ${JSON.stringify(wanted)}`;
}

function compareField(field: string, actual: unknown, wanted: unknown): Difference | undefined {
  // The broker omits flags that are false.
  if (isDeepStrictEqual(actual ?? false, wanted ?? false)) return undefined;
  return { field, actual, wanted, safe: safeChanges[field]?.(actual, wanted) ?? false };
}

type IsSafe = (actual: unknown, wanted: unknown) => boolean;

const always: IsSafe = () => true;
const onlyEnabling: IsSafe = (_actual, wanted) => wanted === true;
const onlyIncrease: IsSafe = (actual, wanted) => Number(wanted) > Number(actual);
/** For limits: zero and negative values mean "no limit". */
const onlyRelaxing: IsSafe = (actual, wanted) =>
  Number(wanted) <= 0 || (Number(actual) > 0 && Number(wanted) > Number(actual));

/** Fields that can change while a stream contains data, and in which direction. Every other change is rejected. */
const safeChanges: Readonly<Record<string, IsSafe>> = {
  description: always,
  num_replicas: onlyIncrease,
  duplicate_window: onlyIncrease,
  max_age: onlyRelaxing,
  max_bytes: onlyRelaxing,
  max_msgs: onlyRelaxing,
  max_msgs_per_subject: onlyRelaxing,
  max_msg_size: onlyRelaxing,
  max_consumers: onlyRelaxing,
  allow_direct: onlyEnabling,
  allow_atomic: onlyEnabling,
  deny_delete: onlyEnabling,
  deny_purge: onlyEnabling,
};

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
