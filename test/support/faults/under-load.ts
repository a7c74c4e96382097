/** Shared by the scenarios that inject a fault under continuous write load. */

import type { JetStreamManager } from '@nats-io/jetstream';
import type { Connection } from '../../../src/kit/nats/connection/connection.ts';
import { connectForTest } from '../broker/broker.ts';
import { eventually } from '../eventually.ts';
import { auditWrites, auditReplicas, readLaptopStream } from '../contract/stream-audit.ts';
import { startWriteLoad, type WriteLoad } from '../http/write-load.ts';
import { startReplicas, type Replicas } from './replicas.ts';
import { addResults, emptyResult, type ScenarioOptions, type ScenarioResult } from './scenario.ts';

/** Number of definite write responses awaited before and after each fault. */
const writesAround = 30;

export type LoadedSystem = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly replicas: Replicas;
  readonly load: WriteLoad;
};

export type LoadedSystemOptions = Pick<ScenarioOptions, 'seed' | 'defer'> & {
  /** A single broker or a cluster. */
  readonly broker: { readonly url: string; close(): Promise<void> };
  /** Replication factor of the stream; default 1. */
  readonly streamReplicas?: number;
};

/** Starts two replicas of the laptop service and clients that write through both. */
export async function startLoadedSystem({
  broker,
  streamReplicas = 1,
  seed,
  defer,
}: LoadedSystemOptions): Promise<LoadedSystem> {
  defer(broker.close);
  const { connection, jsm } = await connectForTest(broker, streamReplicas);
  defer(() => connection.nc.close());
  const replicas = await startReplicas({ natsUrl: broker.url, count: 2, defer });
  const load = startWriteLoad({ urls: replicas.urls, seed });
  defer(load.abort);
  return { connection, jsm, replicas, load };
}

/** Resolves after `count` more writes have received a definite response. */
async function awaitWrites({ results }: WriteLoad, count: number): Promise<void> {
  const expected = results.length + count;
  await eventually(() => {
    if (results.length < expected)
      throw new Error(`only ${results.length} of ${expected} writes have a response`);
  }, 60_000);
}

/**
 * Injects the fault `rounds` times under load. Then compares the responses and the replicas with the event log.
 *
 * @param injectFault causes the fault, repairs it, and resolves with the recovery time in milliseconds.
 */
export async function repeatUnderLoad(
  { connection, jsm, replicas, load }: LoadedSystem,
  rounds: number,
  injectFault: (round: number) => Promise<number>,
): Promise<ScenarioResult> {
  let longestRecoveryMs = 0;
  for (let round = 1; round <= rounds; round++) {
    await awaitWrites(load, writesAround);
    longestRecoveryMs = Math.max(longestRecoveryMs, await injectFault(round));
    await awaitWrites(load, writesAround);
  }
  const results = await load.stop();
  const messages = await eventually(() => readLaptopStream(connection, jsm));
  return [
    auditWrites(messages, results),
    await auditReplicas(messages, replicas.urls()),
    { ...emptyResult, rounds, longestRecoveryMs },
  ].reduce(addResults);
}
