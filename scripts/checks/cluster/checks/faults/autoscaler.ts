/** The autoscaler adds replicas under load and removes them. */

import * as assert from 'uvu/assert';
import { eventually } from '../../../../../test/support/eventually.ts';
import { manifestPath } from '../../nodes/cluster.ts';
import type { CheckContext } from '../context.ts';
import { startReaders } from '../load/readers.ts';
import { changeTimeoutMs, isReady } from '../product.ts';

/** Replicas in the overlay, below which the autoscaler does not go. */
const minReplicas = 3;

/**
 * Lets the autoscaler add a replica under load, and remove it afterwards. The nodes share two CPUs, so the target is lower than
 * that of the manifests, and the autoscaler does not wait ten minutes before it removes a replica.
 */
export async function scale({ cluster, product, figures }: CheckContext): Promise<void> {
  const { kubectl } = product;
  await cluster.kubectl('apply', `--filename=${manifestPath('metrics-server.yaml')}`);
  await eventually(() => kubectl('top', 'pods'), changeTimeoutMs, 1_000);
  const patch = {
    spec: {
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 30 } },
        },
      ],
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: 15,
          policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }],
        },
      },
    },
  };
  await kubectl(
    'patch',
    'horizontalpodautoscaler',
    'laptops',
    '--type=merge',
    `--patch=${JSON.stringify(patch)}`,
  );
  const countReady = async () => (await product.pods('laptops')).filter(isReady).length;
  const readers = startReaders(await cluster.findProcess('shop', 'client'), await product.urlOf('laptops'));
  try {
    const started = Date.now();
    await eventually(
      async () => {
        // The autoscaler counts used processor time, of which there is too little on a busy machine.
        const seen = await kubectl('get', 'horizontalpodautoscaler', 'laptops', '--no-headers');
        assert.ok((await countReady()) > minReplicas, `no further replica is ready: ${seen.trim()}`);
      },
      changeTimeoutMs,
      1_000,
    );
    figures.time('autoscaler: from the start of the load to a further ready replica', Date.now() - started);
  } finally {
    readers.stop();
  }
  const ended = Date.now();
  await eventually(async () => assert.is(await countReady(), minReplicas), changeTimeoutMs, 1_000);
  figures.time('autoscaler: from the end of the load to the original number of replicas', Date.now() - ended);
}
