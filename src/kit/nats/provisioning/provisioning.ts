/** Creates and updates the streams that the files in a folder define. An unsafe change is rejected and reported. */

import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { messageOf } from '../../domain/error-message.ts';
import { defaultProduct, type Product } from '../../domain/product.ts';
import { brokerErrors } from '../connection/broker-errors.ts';
import { compareStream, type Difference } from './compare-stream.ts';
import { provisionConfigBucket } from './config-bucket.ts';
import { rejectionStream } from '../rejections/names.ts';
import { provisionSnapshots } from '../snapshots/snapshots.ts';
import { eventSubjects } from '../stream/subjects.ts';
import type { StreamDefinition } from './stream-options.ts';

export type { StreamDefinition };

export type Provisioned =
  | { readonly outcome: 'created' | 'unchanged' }
  | { readonly outcome: 'updated' | 'rejected'; readonly differences: readonly Difference[] };

/**
 * @param service the name of the service whose events the stream stores.
 * @throws if the file cannot be read, is not a stream definition, or defines a stream without the subjects of the service.
 */
export async function readStreamDefinition(file: string | URL, service: string): Promise<StreamDefinition> {
  const definition = parseDefinition(file, await readFile(file, 'utf8'));
  if (!isStreamDefinition(definition))
    throw new TypeError(`${String(file)} does not define a stream with a name and subjects`);
  const { all } = eventSubjects(service);
  if (!definition.subjects.some((subject) => covers(subject, all))) {
    throw new TypeError(
      `${String(file)} defines a stream with the subjects ${definition.subjects.join(', ')}, but the events of ${service} ` +
        `have the subjects ${all}`,
    );
  }
  return definition;
}

/** Whether `subject`, which may contain wildcards, matches every subject that `other` matches. */
function covers(subject: string, other: string): boolean {
  const tokens = subject.split('.');
  const isOpen = tokens.at(-1) === '>';
  const prefix = isOpen ? tokens.slice(0, -1) : tokens;
  const others = other.split('.');
  if (isOpen ? others.length <= prefix.length : others.length !== prefix.length) return false;
  return prefix.every((token, index) => token === '*' || token === others[index]);
}

function parseDefinition(file: string | URL, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new Error(`${String(file)} is not JSON: ${reason}`, { cause });
  }
}

/** Creates the stream or updates it to `wanted`. If a difference is unsafe, changes nothing and returns the differences. */
export async function provisionStream(jsm: JetStreamManager, wanted: StreamDefinition): Promise<Provisioned> {
  const differences = await compareStream(jsm, wanted);
  if (differences === undefined) {
    await createStream(jsm, wanted);
    return { outcome: 'created' };
  }
  if (differences.length === 0) return { outcome: 'unchanged' };
  if (differences.some(({ safe }) => !safe)) return { outcome: 'rejected', differences };
  // The client merges this with the present configuration: an unnamed option needs its default to be reset.
  const defaults = Object.fromEntries(differences.map((difference) => [difference.field, difference.wanted]));
  await jsm.streams.update(wanted.name, { ...defaults, ...wanted });
  return { outcome: 'updated', differences };
}

/** @throws Error that names the other stream if one has some of the subjects; the broker does not. */
export async function createStream(jsm: JetStreamManager, wanted: StreamDefinition): Promise<void> {
  try {
    await jsm.streams.add(wanted);
  } catch (cause) {
    if (!(cause instanceof JetStreamApiError) || cause.code !== brokerErrors.subjectsOverlap) throw cause;
    const { name, subjects } = wanted;
    // The role of the provisioner may not list streams.
    const other = await findStream(jsm, subjects).catch(() => undefined);
    throw new Error(
      `stream ${name} cannot have the subjects ${subjects.join(', ')}, because ` +
        `${other === undefined ? 'another stream' : `the stream ${other}`} has some of them; is it the same stream under an earlier name?`,
      { cause },
    );
  }
}

/** Returns the name of a stream that has some of the subjects. */
async function findStream(jsm: JetStreamManager, subjects: readonly string[]): Promise<string | undefined> {
  for (const subject of subjects) for await (const name of jsm.streams.names(subject)) return name;
  return undefined;
}

/** Error codes of a folder, in words. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it is not a folder',
};

export type ProvisionOptions = {
  /** Replication factor of each stream; the files define 1, a cluster of three servers uses 3. */
  readonly replicas?: number | undefined;
  /** The product that the services belong to. */
  readonly product?: Product | undefined;
};

export type ProvisionedStream = {
  readonly name: string;
  readonly file: string | URL;
  readonly result: Provisioned;
};

/** Provisions the stream of every JSON file in `folder`, in order of file name; see `provisionFiles`. */
export async function provisionStreams(
  nc: NatsConnection,
  folder: string,
  options: ProvisionOptions = {},
): Promise<ProvisionedStream[]> {
  return provisionFiles(nc, await listStreamFiles(folder), options);
}

/**
 * Returns the JSON files in a folder, by the names of their services: `x.json` defines the stream of the service `x`.
 *
 * @throws Error if the folder cannot be read or has no such file.
 */
export async function listStreamFiles(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch((cause: unknown) => {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new Error(`cannot read the folder ${folder}: ${reasons[reason] ?? reason}`, { cause });
  });
  const files = names.filter((file) => file.endsWith('.json')).toSorted();
  if (files.length === 0) throw new Error(`the folder ${folder} contains no stream definitions (*.json)`);
  return new Map(files.map((file) => [basename(file, '.json'), join(folder, file)]));
}

/**
 * Provisions streams, together with the stream of announced rejections and the snapshot bucket of each service, and the
 * configuration bucket that the services of the product share. The streams of rejections are returned only if they differ.
 *
 * @param files the file that defines the stream of each service.
 */
export async function provisionFiles(
  nc: NatsConnection,
  files: ReadonlyMap<string, string | URL>,
  { replicas, product = defaultProduct }: ProvisionOptions = {},
): Promise<ProvisionedStream[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const replication = replicas !== undefined && { num_replicas: replicas };
  const provisioned = [];
  for (const [service, file] of files) {
    const definition = await readStreamDefinition(file, service);
    const wanted = { ...definition, ...replication };
    provisioned.push({ name: definition.name, file, result: await provisionStream(jsm, wanted) });
    const rejections = { ...rejectionStream(service, definition.name), ...replication };
    const result = await provisionStream(jsm, rejections);
    if ('differences' in result) provisioned.push({ name: rejections.name, file, result });
    await provisionSnapshots(nc, service, replicas);
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
