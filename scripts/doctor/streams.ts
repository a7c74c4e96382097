/** Whether the streams are there, are what their files say, and hold all that was ever stored in them. */

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { JetStreamApiError, type JetStreamManager, type StreamInfo } from '@nats-io/jetstream';
import { brokerErrors } from '../../src/kit/nats/connection/broker-errors.ts';
import {
  compareStream,
  describeDifference,
  readStreamDefinition,
  type StreamDefinition,
} from '../../src/kit/nats/provisioning/provisioning.ts';
import { failure, ok, warning, type Finding } from './finding.ts';
import { formatBytes, formatCount, formatDuration } from './measures.ts';

/** A stream file, and the stream that the broker has under that name. */
export type Stream = {
  /** The file's name without `.json`, which is its service's name. */
  readonly service: string;
  readonly wanted: StreamDefinition;
  /** Undefined when there is no such stream. */
  readonly info: StreamInfo | undefined;
};

/** @throws when a file is no stream definition, or JetStream does not answer. */
export async function findStreams(jsm: JetStreamManager, folder: string): Promise<Stream[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const wanted = await readStreamDefinition(join(folder, file));
      return { service: basename(file, '.json'), wanted, info: await findStream(jsm, wanted.name) };
    }),
  );
}

/** Undefined when there is none. */
export async function findStream(jsm: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound) return undefined;
    throw error;
  }
}

/** @param replicas how many servers should keep it; undefined: that is left to the deployment. */
export async function examineConfiguration(
  jsm: JetStreamManager,
  { service, wanted }: Stream,
  replicas: number | undefined,
): Promise<Finding> {
  const name = `stream ${wanted.name}`;
  const { num_replicas: _ownToDeployment, ...rest } = wanted;
  const differences = await compareStream(
    jsm,
    replicas === undefined ? rest : { ...rest, num_replicas: replicas },
  );
  if (differences === undefined) return failure(name, 'there is no such stream', 'npm run provision');
  if (differences.length === 0) return ok(name, `as streams/${service}.json says`);
  const detail = [`is not what streams/${service}.json says:`, ...differences.map(describeDifference)].join(
    '\n  ',
  );
  return differences.every(({ safe }) => safe)
    ? warning(name, detail, 'npm run provision (it loses no data)')
    : failure(
        name,
        detail,
        'a change could lose data or its meaning: `nats stream edit` by hand, or correct the file',
      );
}

/**
 * The servers that keep a stream hear of each other every second. The broker itself takes half a minute to call one
 * offline; this many nanoseconds of silence are enough for a person to look.
 */
const silentNs = 4e9;

/** Whether the stream is complete, and kept by as many servers as it should be. */
export function examineLog(stream: string, { state, cluster }: StreamInfo): Finding[] {
  const { messages, bytes, last_seq } = state;
  const peers = cluster?.replicas ?? [];
  const name = `log ${stream}`;
  const size = `${formatCount(messages)} messages, ${formatBytes(bytes)}`;
  const findings: Finding[] = [];

  const deleted = last_seq - messages;
  if (deleted > 0) {
    findings.push(
      warning(
        name,
        `${size}; ${formatCount(deleted)} that were stored before are deleted`,
        'restore a backup if they mattered; deny_delete and deny_purge in the stream’s file prevent more',
      ),
    );
  }
  if (!cluster?.leader) {
    findings.push(
      failure(
        name,
        'it has no leader: nothing can be stored',
        'start the servers that keep it until a majority is up',
      ),
    );
  }
  const silent = peers.filter(({ offline, active }) => offline || active > silentNs);
  if (silent.length > 0) {
    const lines = silent.map((peer) => `${peer.name} (for ${formatDuration(peer.active / 1e6)})`);
    findings.push(
      failure(
        name,
        `servers that keep it are silent: ${lines.join(', ')}`,
        'start them again, or find out why',
      ),
    );
  }
  const behind = peers.filter((peer) => !peer.current && !silent.includes(peer)).map((peer) => peer.name);
  if (behind.length > 0) {
    findings.push(
      warning(
        name,
        `servers that are not up to date: ${behind.join(', ')}`,
        'ask again in a minute; then look in their logs',
      ),
    );
  }
  if (findings.length > 0) return findings;
  const kept = peers.length > 0 ? `, kept by ${peers.length + 1} servers, ${cluster?.leader} leads` : '';
  return [ok(name, size + kept)];
}
