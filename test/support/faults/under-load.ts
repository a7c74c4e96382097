/** What scenarios share that break something under the feet of clients that write all the time. */

import type { JetStreamManager } from '@nats-io/jetstream';
import type { Connection } from '../../../src/kit/nats/connection/connection.ts';
import { connectForTest } from '../broker/broker.ts';
import { eventually } from '../eventually.ts';
import { auditAnswers, auditReplicas, readLaptopLog } from '../contract/log-audit.ts';
import { startWriteLoad, type WriteLoad } from '../http/write-load.ts';
import { startReplicas, type Replicas } from './replicas.ts';
import { addResults, nothingWrong, type ScenarioOptions, type ScenarioResult } from './scenario.ts';

/** How many writes are acknowledged before and after each fault. */
const writesAround = 30;

export type Stage = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly replicas: Replicas;
  readonly load: WriteLoad;
};

export type StageOptions = Pick<ScenarioOptions, 'seed' | 'defer'> & {
  /** The broker or the cluster. */
  readonly broker: { readonly url: string; close(): Promise<void> };
  /** How many servers keep the stream; default 1. */
  readonly streamReplicas?: number;
};

/** Two replicas of the laptop service on the broker, and clients that write through both. */
export async function setStage({ broker, streamReplicas = 1, seed, defer }: StageOptions): Promise<Stage> {
  defer(broker.close);
  const { connection, jsm } = await connectForTest(broker, streamReplicas);
  defer(() => connection.nc.close());
  const replicas = await startReplicas({ natsUrl: broker.url, count: 2, defer });
  const load = startWriteLoad({ urls: replicas.urls, seed });
  defer(load.abandon);
  return { connection, jsm, replicas, load };
}

/** Resolves when `count` more writes have their answers. */
async function writesPass({ answers }: WriteLoad, count: number): Promise<void> {
  const wanted = answers.length + count;
  await eventually(() => {
    if (answers.length < wanted) throw new Error(`only ${answers.length} of ${wanted} writes are answered`);
  }, 60_000);
}

/**
 * Lets the fault happen `rounds` times under the load, and compares the answers and the replicas with the log.
 *
 * @param breakIt does the damage, mends it, and resolves with the milliseconds until a write passed again.
 */
export async function repeatUnderLoad(
  { connection, jsm, replicas, load }: Stage,
  rounds: number,
  breakIt: (round: number) => Promise<number>,
): Promise<ScenarioResult> {
  let longestRecoveryMs = 0;
  for (let round = 1; round <= rounds; round++) {
    await writesPass(load, writesAround);
    longestRecoveryMs = Math.max(longestRecoveryMs, await breakIt(round));
    await writesPass(load, writesAround);
  }
  const answers = await load.stop();
  const log = await eventually(() => readLaptopLog(connection, jsm));
  return [
    auditAnswers(log, answers),
    await auditReplicas(log, replicas.urls()),
    { ...nothingWrong, rounds, longestRecoveryMs },
  ].reduce(addResults);
}
