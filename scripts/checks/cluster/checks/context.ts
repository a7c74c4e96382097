import * as assert from 'uvu/assert';
import type { Cluster } from '../nodes/cluster.ts';
import type { Figures } from './figures.ts';
import { startLoad, type LoadOptions, type LoadReport } from './load/load.ts';
import type { Product } from './product.ts';

/** What the checks share. */
export type CheckContext = {
  readonly cluster: Cluster;
  readonly product: Product;
  readonly figures: Figures;
  readonly signal: AbortSignal;
  defer(close: () => unknown): void;
};

/** Number of completed writes before and after an event. */
const writesAround = 50;

/** Runs an event under load from a pod of another namespace. Returns the number of requests and what failed. */
export async function underLoad(
  { cluster, product, figures }: CheckContext,
  name: string,
  token: string,
  event: () => Promise<void>,
) {
  const options: LoadOptions = {
    pid: await cluster.findProcess('shop', 'client'),
    url: await product.urlOf('laptops'),
    token,
  };
  const load = await startLoad(options);
  try {
    await load.awaitWrites(writesAround);
    const startedAt = Date.now();
    await event();
    await load.awaitWrites(writesAround);
    const report = await load.stop(await product.podUrls('laptops'));
    return { report, note: figures.event(name, report, startedAt) };
  } finally {
    load.abort();
  }
}

/** Fails if an acknowledged write was lost or stored twice, or if a response or replica contradicts the events. */
export function assertComplete({ lost, duplicated, diverged, complaints }: LoadReport): void {
  assert.equal([lost, duplicated, diverged], [0, 0, 0], complaints.join('\n'));
}
