import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { JetStreamApiError, type JetStreamManager, type StreamInfo } from '@nats-io/jetstream';
import { brokerErrors } from '../../src/kit/nats/connection/broker-errors.ts';
import { compareStream, describeDifference } from '../../src/kit/nats/provisioning/compare-stream.ts';
import { readStreamDefinition, type StreamDefinition } from '../../src/kit/nats/provisioning/provisioning.ts';
import { failure, ok, warning, type Finding } from './finding.ts';
import { formatBytes, formatCount, formatDuration } from './measures.ts';

/** A stream definition file and the stream of that name on the broker. */
export type Stream = {
  /** File name without `.json`; also the name of the service. */
  readonly service: string;
  readonly definition: StreamDefinition;
  /** Undefined if the stream does not exist. */
  readonly info: StreamInfo | undefined;
};

/** @throws Error if a file is not a stream definition, or if JetStream does not respond. */
export async function findStreams(jsm: JetStreamManager, folder: string): Promise<Stream[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const definition = await readStreamDefinition(join(folder, file));
      return { service: basename(file, '.json'), definition, info: await findStream(jsm, definition.name) };
    }),
  );
}

/** Returns undefined if the stream does not exist. */
export async function findStream(jsm: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound) return undefined;
    throw error;
  }
}

/**
 * Compares a stream with its definition.
 *
 * @param replicas expected number of replicas; not checked if undefined.
 */
export async function examineConfiguration(
  jsm: JetStreamManager,
  { service, definition }: Stream,
  replicas: number | undefined,
): Promise<Finding> {
  const name = `stream ${definition.name}`;
  const { num_replicas: _deploymentSpecific, ...rest } = definition;
  const differences = await compareStream(
    jsm,
    replicas === undefined ? rest : { ...rest, num_replicas: replicas },
  );
  if (differences === undefined) return failure(name, 'the stream does not exist', 'npm run provision');
  if (differences.length === 0) return ok(name, `matches streams/${service}.json`);
  const detail = [`differs from streams/${service}.json:`, ...differences.map(describeDifference)].join(
    '\n  ',
  );
  return differences.every(({ safe }) => safe)
    ? warning(name, detail, 'npm run provision (it loses no data)')
    : failure(
        name,
        detail,
        'a change could lose or misinterpret data: use `nats stream edit`, or correct the file',
      );
}

/**
 * Silence of a peer that is reported, in ns. The peers of a stream exchange heartbeats every second. The broker itself
 * reports a peer as offline only after half a minute.
 */
const silenceLimitNs = 4e9;

/** Checks that no message was deleted and that all peers of the stream are up to date. */
export function examineStorage(stream: string, { state, cluster }: StreamInfo): Finding[] {
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
        `${size}; ${formatCount(deleted)} stored messages were deleted`,
        'restore a backup if they are needed; deny_delete and deny_purge in the stream’s file prevent further deletion',
      ),
    );
  }
  if (!cluster?.leader) {
    findings.push(
      failure(
        name,
        'no leader: writes are not possible',
        'start the servers of the stream until a majority is running',
      ),
    );
  }
  const silent = peers.filter(({ offline, active }) => offline || active > silenceLimitNs);
  if (silent.length > 0) {
    const lines = silent.map((peer) => `${peer.name} (for ${formatDuration(peer.active / 1e6)})`);
    findings.push(
      failure(
        name,
        `replicas that do not respond: ${lines.join(', ')}`,
        'check the servers and restart them',
      ),
    );
  }
  const behind = peers.filter((peer) => !peer.current && !silent.includes(peer)).map((peer) => peer.name);
  if (behind.length > 0) {
    findings.push(
      warning(
        name,
        `replicas that are not up to date: ${behind.join(', ')}`,
        'run the check again in a minute; then check the logs of these servers',
      ),
    );
  }
  if (findings.length > 0) return findings;
  const replication = peers.length > 0 ? `, ${peers.length + 1} replicas, leader ${cluster?.leader}` : '';
  return [ok(name, size + replication)];
}
