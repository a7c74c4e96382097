import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JetStreamApiError, type JetStreamManager, type StreamInfo } from '@nats-io/jetstream';
import type { ErasedContract, Service } from '../domain/service/service.ts';
import { brokerErrors } from '../nats/connection/broker-errors.ts';
import { compareStream, describeDifference } from '../nats/provisioning/compare-stream.ts';
import { readStreamDefinition, type StreamDefinition } from '../nats/provisioning/provisioning.ts';
import { createCodec } from '../nats/stream/codec.ts';
import { createEventStore } from '../nats/stream/event-store.ts';
import { rejectionStream } from '../nats/rejections/names.ts';
import { eventSubjects } from '../nats/stream/subjects.ts';
import { failure, ok, warning, type Finding } from './finding.ts';
import { formatBytes, formatCount, formatDuration } from './measures.ts';
import type { Broker } from './servers.ts';

/** A stream that an examined service owns or follows. */
export type Stream = {
  readonly contract: ErasedContract;
  /** Undefined if the owner of the stream is not among the examined services. */
  readonly owner: Service | undefined;
  readonly definition: StreamDefinition;
  /** Undefined if the stream does not exist. */
  readonly info: StreamInfo | undefined;
};

/**
 * Returns the streams of the services, then the streams of others that they follow.
 *
 * @throws Error if a file is not a stream definition, or if JetStream does not respond.
 */
export async function findStreams(jsm: JetStreamManager, services: readonly Service[]): Promise<Stream[]> {
  const followed = services.flatMap(({ follows }) => Object.values(follows));
  // The first contract with a name is that of the owner, if the owner is examined.
  const contracts = new Map<string, ErasedContract>();
  for (const contract of [...services.map((service) => service.contract), ...followed]) {
    if (!contracts.has(contract.name)) contracts.set(contract.name, contract);
  }
  return Promise.all(
    Array.from(contracts.values(), async (contract) => {
      const definition = await readStreamDefinition(contract.streamFile, contract.name);
      const owner = services.find((service) => service.contract === contract);
      return { contract, owner, definition, info: await findStream(jsm, definition.name) };
    }),
  );
}

/** Reads the last position of a stream from its leader; 0 for an empty stream. */
export function fetchLastPosition({ connection, jsm }: Broker, stream: Stream): Promise<number> {
  const { name, events, id } = stream.contract;
  const subjects = eventSubjects(name, id);
  const codec = createCodec(events, subjects);
  return createEventStore({
    connection,
    jsm,
    stream: stream.definition.name,
    subjects,
    codec,
  }).lastPosition();
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
 * Compares a stream with its definition: one that belongs to another service only as far as it concerns a follower.
 *
 * @param replicas expected number of replicas; not checked if undefined.
 */
export async function examineConfiguration(
  jsm: JetStreamManager,
  { contract, owner, definition }: Stream,
  replicas: number | undefined,
): Promise<Finding> {
  const name = `stream ${definition.name}`;
  const file = relative('.', fileURLToPath(contract.streamFile));
  const { num_replicas: _deploymentSpecific, ...rest } = definition;
  const wanted = replicas === undefined ? rest : { ...rest, num_replicas: replicas };
  const differences = await compareStream(jsm, wanted, owner === undefined ? 'follower' : 'provisioner');
  const provision =
    owner === undefined ? `the provisioner of the ${contract.name} service` : 'npm run provision';
  if (differences === undefined) return failure(name, 'the stream does not exist', provision);
  if (differences.length === 0) return ok(name, `matches ${file}`);
  const detail = [`differs from ${file}:`, ...differences.map(describeDifference)].join('\n  ');
  return differences.every(({ safe }) => safe)
    ? warning(name, detail, `${provision} (it loses no data)`)
    : failure(
        name,
        detail,
        'a change could lose or misinterpret data: use `nats stream edit`, or correct the file',
      );
}

/** Checks the stream in which the rejected messages of a service are announced. Without it, the service works, but announces nothing. */
export async function examineRejectionStream(
  jsm: JetStreamManager,
  { contract, definition }: Stream,
): Promise<Finding> {
  const wanted = rejectionStream(contract.name, definition.name);
  const name = `stream ${wanted.name}`;
  const differences = await compareStream(jsm, wanted);
  if (differences === undefined)
    return warning(name, 'the stream does not exist: rejected events are not announced', 'npm run provision');
  if (differences.length === 0)
    return ok(name, `announces rejected events on ${contract.name}.rejections.<id>`);
  return warning(
    name,
    ['differs from its definition:', ...differences.map(describeDifference)].join('\n  '),
    'npm run provision, or delete the stream first if that cannot change it: the newest announcements are lost with it',
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
