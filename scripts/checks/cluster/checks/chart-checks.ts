/** The Helm chart with its default values, on one node with two CPUs. */

import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { eventually } from '../../../../test/support/eventually.ts';
import { ROOT } from '../../../setup/root.mjs';
import type { Check } from '../../checks.ts';
import { chartFolder } from '../../kubernetes/chart.ts';
import { assertComplete, underLoad, type CheckContext } from './context.ts';
import type { Helm } from './helm.ts';
import { changeTimeoutMs, namespace, removeProduct } from './product.ts';
import { runReadmeCommands } from './readme.ts';

const release = 'portside';

/** Kinds of objects that a release could leave behind. */
const kinds =
  'all,configmaps,secrets,networkpolicies,poddisruptionbudgets,serviceaccounts,persistentvolumeclaims';

export function chartChecks(context: CheckContext, helm: Helm): readonly Check[] {
  const { cluster, product, figures } = context;
  const { kubectl } = product;
  const inChart = (name: string, run: Check['run']): Check => ({ name: `kubernetes/chart: ${name}`, run });
  const wait = [`--namespace=${namespace}`, '--wait', `--timeout=${changeTimeoutMs / 1000}s`];
  const upgrade = (...values: readonly string[]) =>
    helm.run('upgrade', release, chartFolder, ...wait, ...values.map((value) => `--set=${value}`));

  async function assertLogLevel(level: string): Promise<void> {
    const pods = [...(await product.pods('laptops')), ...(await product.pods('ports'))];
    for (const { metadata } of pods) {
      const command = ['exec', metadata.name, '--', 'node', '--print', 'process.env.LOG_LEVEL'];
      assert.is((await kubectl(...command)).trim(), level);
    }
  }

  return [
    inChart('is installed', async () => {
      await cluster.kubectl('apply', `--filename=${join(ROOT, 'kubernetes/base/namespace.yaml')}`);
      const started = Date.now();
      const output = await helm.run('install', release, chartFolder, ...wait);
      const duration = Date.now() - started;
      figures.time('`helm install --wait` of `kubernetes/chart`, one node', duration);
      assert.match(output, `port-forward service/laptops 5000:80`);
      return { verdict: 'ok', note: `${(duration / 1000).toFixed(1)} s` };
    }),
    inChart('a changed setting is applied by helm upgrade, and no request fails', async () => {
      const { report, note } = await underLoad(
        context,
        '`helm upgrade` with a changed setting',
        '',
        async () => {
          await upgrade('settings.LOG_LEVEL=warn', 'services.laptops.maxReplicas=3');
        },
      );
      await assertLogLevel('warn');
      assertComplete(report);
      assert.equal(report.failures, []);
      return { verdict: 'ok', note };
    }),
    inChart('an upgrade keeps the number of replicas that the autoscaler has set', async () => {
      await kubectl('scale', 'deployment/laptops', '--replicas=2');
      await product.awaitRollout('deployment/laptops');
      await upgrade('settings.LOG_LEVEL=error', 'services.laptops.maxReplicas=3');
      await assertLogLevel('error');
      assert.is(await kubectl('get', 'deployment', 'laptops', '--output=jsonpath={.spec.replicas}'), '2');
      return { verdict: 'ok' };
    }),
    inChart('the commands of the README work through port-forward', async () => {
      const count = await runReadmeCommands(cluster);
      return { verdict: 'ok', note: `${count} commands` };
    }),
    inChart('helm uninstall leaves only the volume of the streams', async () => {
      await helm.run('uninstall', release, ...wait);
      const kept = [
        'configmap/kube-root-ca.crt',
        'persistentvolumeclaim/data-nats-0',
        'serviceaccount/default',
      ];
      await eventually(
        async () => {
          const left = await kubectl('get', kinds, '--output=name');
          assert.equal(left.trim().split('\n').toSorted(), kept);
        },
        changeTimeoutMs,
        1_000,
      );
      await removeProduct(cluster);
      return { verdict: 'ok' };
    }),
  ];
}
