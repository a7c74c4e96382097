/** One mode: a new system, clients, faults until the time is up, and the verdict of the checker. */

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../test/support/eventually.ts';
import { createCleanup } from '../../../test/support/faults/scenario.ts';
import { ROOT } from '../../setup/root.mjs';
import type { Outcome } from '../checks.ts';
import { judge, outputFolder } from './checker.ts';
import { startClients } from './clients.ts';
import { toLines, type Operation } from './history.ts';
import { modes, type Mode } from './modes.ts';
import type { Network } from './network.ts';
import { perform } from './requests.ts';
import { startSystem, type System } from './system.ts';

export type ModeOptions = {
  readonly network: Network;
  /** Path of the checker. */
  readonly checker: string;
  readonly durationMs: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  defer(close: () => unknown): void;
};

/** Time for all replicas to answer again after a fault, in ms. */
const recoveryTimeoutMs = 60_000;

/** Number of definite responses awaited before the first fault and after each fault. */
const definiteAround = 200;

/** Rejects with the contradictions if the history is not linearizable. */
export async function runMode(name: string, options: ModeOptions): Promise<Outcome> {
  const mode = modes[name];
  if (mode === undefined) throw new RangeError(`unknown mode ${name}`);
  const { history, faults } = await recordHistory(mode, options);
  const folder = join(outputFolder, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { verdict, output } = await judge(options.checker, history, folder);
  const summary = summarize(history, faults);
  if (verdict === 'linearizable') {
    await rm(folder, { recursive: true });
    return { verdict: 'ok', note: summary };
  }
  await writeFile(join(folder, 'history.ndjson'), toLines(history));
  throw new Error(`${verdict}: ${summary}\n${output}The history is in ${relative(ROOT, folder)}.`);
}

type Recording = { readonly history: readonly Operation[]; readonly faults: number };

async function recordHistory(
  mode: Mode,
  { network, durationMs, seed, signal, defer }: ModeOptions,
): Promise<Recording> {
  const cleanup = createCleanup();
  defer(cleanup.close);
  try {
    const system = await startSystem({ network, defer: cleanup.defer });
    const until = Date.now() + durationMs;
    const clients = startClients(system.urls, seed);
    let faults = 0;
    await awaitDefinite(clients.history);
    do {
      const repair = await mode.inject(system);
      await sleep(mode.faultMs, undefined, { signal });
      await repair();
      await awaitRecovery(system);
      await awaitDefinite(clients.history);
      faults += 1;
    } while (Date.now() < until && !signal.aborted);
    await clients.stop();
    return { history: clients.history, faults };
  } finally {
    await cleanup.close();
  }
}

/** Waits until all servers are up to date and every replica answers a read of the latest state. */
async function awaitRecovery({ leader, urls }: System): Promise<void> {
  await leader();
  await Promise.all(
    urls.map((url) =>
      eventually(async () => {
        const { status } = await perform(url, { client: 0, laptop: 1, method: 'GET' });
        if (status === 0) throw new Error(`${url} does not answer after the fault`);
      }, recoveryTimeoutMs),
    ),
  );
}

/** Waits until the clients have received more definite responses. */
async function awaitDefinite(history: readonly Operation[]): Promise<void> {
  const count = () => history.filter(({ status }) => status !== 0).length;
  const expected = count() + definiteAround;
  await eventually(() => {
    if (count() < expected)
      throw new Error(`only ${count()} of ${expected} requests have a definite response`);
  }, recoveryTimeoutMs);
}

function summarize(history: readonly Operation[], faults: number): string {
  const count = (matches: (operation: Operation) => boolean) => history.filter(matches).length;
  const laptops = new Set(history.map(({ laptop }) => laptop)).size;
  const unknown = count(({ status, method }) => status === 0 && method !== 'GET');
  const unanswered = count(({ status, method }) => status === 0 && method === 'GET');
  const refused = count(({ status }) => status >= 400);
  const repeated = count((operation) => operation.repeated === true);
  return (
    `${history.length} requests for ${laptops} laptops, ${faults} rounds, ${refused} refusals, ` +
    `${repeated} repeated writes, ${unknown} writes with an unknown outcome, ${unanswered} reads without an answer`
  );
}
