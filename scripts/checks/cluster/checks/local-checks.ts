/** `kubernetes/overlays/local` on one node with two CPUs. */

import * as assert from 'uvu/assert';
import { eventually } from '../../../../test/support/eventually.ts';
import type { Check } from '../../checks.ts';
import { manifestPath } from '../nodes/cluster.ts';
import { backUpAndRestore } from './backup.ts';
import { assertComplete, underLoad, type CheckContext } from './context.ts';
import { assertUnchanged, writeOverlay } from './overlay.ts';
import { changeTimeoutMs, namespace, removeProduct } from './product.ts';
import { runReadmeCommands } from './readme.ts';

const overlay = 'kubernetes/overlays/local';

export function localChecks(context: CheckContext): readonly Check[] {
  const { cluster, product, figures } = context;
  const { kubectl } = product;
  const inLocal = (name: string, run: Check['run']): Check => ({ name: `${overlay}: ${name}`, run });

  return [
    inLocal('becomes available on one node with two CPUs', async () => {
      const started = Date.now();
      await cluster.apply(overlay);
      await kubectl(
        'wait',
        '--for=condition=available',
        '--timeout=10m',
        'deployment/laptops',
        'deployment/ports',
      );
      figures.time('`overlays/local` from apply to available, one node', Date.now() - started);
      const events = await kubectl('get', 'events', '--field-selector=reason=BackOff');
      assert.not.match(events, /provision/, 'the provisioner waits for the broker instead of restarting');
      return { verdict: 'ok', note: `${((Date.now() - started) / 1000).toFixed(1)} s` };
    }),
    inLocal('a second apply changes nothing', async () => {
      await cluster.apply(overlay);
      return assertUnchanged(cluster, overlay);
    }),
    inLocal('no request fails during a rollout', async () => {
      await cluster.kubectl('apply', `--filename=${manifestPath('clients.yaml')}`);
      await cluster.kubectl(
        'wait',
        '--for=condition=Ready',
        '--timeout=2m',
        '--namespace=shop',
        'pod/client',
      );
      const { report, note } = await underLoad(
        context,
        '`overlays/local`: rollout of laptops',
        '',
        async () => {
          await kubectl('rollout', 'restart', 'deployment/laptops');
          await product.awaitRollout('deployment/laptops');
        },
      );
      assert.equal(report.failures, []);
      assertComplete(report);
      return { verdict: 'ok', note };
    }),
    // After the load, whose audit expects laptops without ports.
    inLocal('the commands of the README work through port-forward', async () => {
      const count = await runReadmeCommands(cluster);
      return { verdict: 'ok', note: `${count} commands` };
    }),
    inLocal('a changed setting can be applied when the provisioner has finished', async () => {
      await eventually(
        async () => assert.not.match(await kubectl('get', 'jobs', '--output=name'), /provision/),
        changeTimeoutMs,
        1_000,
      );
      const folder = await writeOverlay('local', {
        resources: [overlay],
        configMapGenerator: [{ name: 'settings', behavior: 'merge', literals: ['LOG_LEVEL=warn'] }],
        namespace,
      });
      assert.match(await cluster.kubectl('apply', `--kustomize=${folder}`), /provision created/);
      await product.awaitRollout('deployment/laptops', 'deployment/ports');
      return { verdict: 'ok' };
    }),
    inLocal('the streams can be backed up, and restored on an empty server', async () => {
      await backUpAndRestore(context, overlay);
      return { verdict: 'ok' };
    }),
    inLocal('is deleted', async () => {
      await removeProduct(cluster);
      return { verdict: 'ok' };
    }),
  ];
}
