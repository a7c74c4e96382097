/** The streams as their files under `streams/` define them: created, brought up to date, or refused with the difference. */

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

/** A stream file, in the wire format that `nats stream add --config` takes: snake_case, durations in nanoseconds. */
export type StreamDefinition = Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects'>;

/** A field in which a stream is not what its file says. */
export type Difference = {
  readonly field: string;
  readonly actual: unknown;
  readonly wanted: unknown;
  /** Whether an update loses no data and changes no meaning. */
  readonly safe: boolean;
};

export type Provisioned =
  | { readonly outcome: 'created' | 'unchanged' }
  | { readonly outcome: 'updated' | 'refused'; readonly differences: readonly Difference[] };

/** @throws when the file cannot be read or is no stream definition. */
export async function readStreamDefinition(file: string | URL): Promise<StreamDefinition> {
  const definition: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (!isStreamDefinition(definition)) throw new TypeError(`${String(file)} names no stream with subjects`);
  return definition;
}

/** Makes the stream what `wanted` says, as far as that is safe; a difference that is not is reported and left alone. */
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
 * Provisions every stream that `folder` holds a JSON file of, in the order of their names, with each the bucket of its
 * service's snapshots (the file's name is the service's), and the bucket of the configuration that all share.
 *
 * @param replicas how many servers keep each stream; the files say 1, a cluster of three wants 3.
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

/** Where the stream differs from `wanted`, among the fields that `wanted` names; undefined when there is no stream. */
export async function compareStream(
  jsm: JetStreamManager,
  wanted: StreamDefinition,
): Promise<Difference[] | undefined> {
  try {
    const { config } = await jsm.streams.info(wanted.name);
    const actual = new Map<string, unknown>(Object.entries(config));
    return Object.entries(wanted)
      .map(([field, value]) => describe(field, actual.get(field), value))
      .filter((difference) => difference !== undefined);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound) return undefined;
    throw error;
  }
}

/** One line for a person: `duplicate_window is 60000000000, wanted 120000000000`. */
export function describeDifference({ field, actual, wanted }: Difference): string {
  return `${field} is ${JSON.stringify(actual)}, wanted ${JSON.stringify(wanted)}`;
}

function describe(field: string, actual: unknown, wanted: unknown): Difference | undefined {
  // The broker leaves out what is false, and an absent flag is false.
  if (isDeepStrictEqual(actual ?? false, wanted ?? false)) return undefined;
  return { field, actual, wanted, safe: safeChanges[field]?.(actual, wanted) ?? false };
}

type IsSafe = (actual: unknown, wanted: unknown) => boolean;

const always: IsSafe = () => true;
const onlyOn: IsSafe = (_actual, wanted) => wanted === true;
const onlyUp: IsSafe = (actual, wanted) => Number(wanted) > Number(actual);
/** Zero and below mean "no limit". */
const onlyWider: IsSafe = (actual, wanted) =>
  Number(wanted) <= 0 || (Number(actual) > 0 && Number(wanted) > Number(actual));

/** The fields that may change while a stream holds data, and in which direction; every other difference is refused. */
const safeChanges: Readonly<Record<string, IsSafe>> = {
  description: always,
  num_replicas: onlyUp,
  duplicate_window: onlyUp,
  max_age: onlyWider,
  max_bytes: onlyWider,
  max_msgs: onlyWider,
  max_msgs_per_subject: onlyWider,
  max_msg_size: onlyWider,
  max_consumers: onlyWider,
  allow_direct: onlyOn,
  allow_atomic: onlyOn,
  deny_delete: onlyOn,
  deny_purge: onlyOn,
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
