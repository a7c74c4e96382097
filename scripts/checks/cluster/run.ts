/** Starts the cluster and runs the checks. `test-kubernetes.ts` starts this script in namespaces of its own. */

import { createCleanup } from '../../../test/support/faults/scenario.ts';
import { runChecks, type Check } from '../checks.ts';
import { chartChecks } from './checks/chart-checks.ts';
import type { CheckContext } from './checks/context.ts';
import { createFigures } from './checks/figures.ts';
import { createHelm } from './checks/helm.ts';
import { localChecks } from './checks/local-checks.ts';
import { productIn } from './checks/product.ts';
import { productionChecks } from './checks/production-checks.ts';
import { validationChecks } from './checks/validation-checks.ts';
import { startCluster } from './nodes/cluster.ts';

/** The starting process disconnects when it is interrupted or ends. Ctrl-C reaches this process as well. */
const interruptions = ['SIGINT', 'SIGTERM', 'disconnect'] as const;

const cleanup = createCleanup();
const interruption = new AbortController();
const { signal } = interruption;
for (const event of interruptions) {
  process.on(event, () => {
    if (signal.aborted) return;
    interruption.abort(new Error('interrupted'));
    // The kernel ends all programs of the cluster, because this is the first process of their namespaces.
    void cleanup.close().finally(() => process.exit(130));
  });
}
const figures = createFigures();
const { failed } = await runChecks(await prepare(), (text) => process.stdout.write(text), signal);
if (!signal.aborted) {
  if (failed === 0 && process.argv.includes('--write-figures')) await figures.write();
  await cleanup.close();
  process.exit(failed > 0 ? 1 : 0);
}

/** Starts the control plane and a node, and returns the checks. If that fails, returns a single check with the reason. */
async function prepare(): Promise<readonly Check[]> {
  const started = Date.now();
  try {
    const cluster = await startCluster(cleanup.defer);
    figures.time('control plane ready', Date.now() - started);
    await cluster.addNode('node-1');
    figures.time('first node ready', Date.now() - started);
    const context: CheckContext = {
      cluster,
      product: productIn(cluster),
      figures,
      signal,
      defer: cleanup.defer,
    };
    const helm = await createHelm(cluster);
    return [
      ...validationChecks(cluster, helm),
      ...localChecks(context),
      ...chartChecks(context, helm),
      ...productionChecks(context),
    ];
  } catch (error) {
    return [{ name: 'the cluster starts', run: () => Promise.reject(error) }];
  }
}
