/** Events in a running production cluster, under reads and writes from another namespace. */

import * as assert from 'uvu/assert';
import { eventually } from '../../../../../test/support/eventually.ts';
import type { Check } from '../../../checks.ts';
import { nextVersion } from '../../build/images.ts';
import type { NodeName } from '../../nodes/node.ts';
import { scale } from './autoscaler.ts';
import { assertComplete, underLoad, type CheckContext } from '../context.ts';
import type { LoadReport } from '../load/load.ts';
import { exhaustMemory } from './memory-limit.ts';
import { applyVariant } from '../overlay.ts';
import { changeTimeoutMs, isReady, services } from '../product.ts';

const deployments = services.map((service) => `deployment/${service}`);

type FaultOptions = {
  readonly name: string;
  /** Whether requests may fail, because the cluster cannot know at once what has happened. */
  readonly mayFail?: boolean;
  event(): Promise<void>;
};

/** Returns the number of failed attempts by reason. */
function countReasons({ failures }: LoadReport): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of failures) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** The node that is drained, and the one that is killed. The clients, DNS and the metrics server are on the first node. */
const drained: NodeName = 'node-3';
const killed: NodeName = 'node-2';

type IssueToken = () => Promise<string>;

function faultCheck(
  context: CheckContext,
  issueToken: IssueToken,
  { name, mayFail = false, event }: FaultOptions,
): Check {
  return {
    name: `${name}: no acknowledged write is lost or stored twice${mayFail ? '' : ', and no request fails'}`,
    async run() {
      const { report, note } = await underLoad(context, name, await issueToken(), event);
      assertComplete(report);
      if (!mayFail) assert.equal(countReasons(report), {});
      return { verdict: 'ok', note };
    },
  };
}

/**
 * Network policies are not enforced during these events: kube-router admits connections to a new pod only after its next
 * synchronization, a moment after the pod is ready.
 */
export function faultChecks(context: CheckContext, issueToken: IssueToken): readonly Check[] {
  const { cluster, product } = context;
  const { kubectl } = product;
  const fault = (options: FaultOptions) => faultCheck(context, issueToken, options);

  return [
    fault({
      name: 'rolling update to the next version',
      async event() {
        await applyVariant(cluster, nextVersion);
        await product.awaitRollout(...deployments);
        for (const service of services)
          assert.equal(new Set(await product.versions(service)), new Set([nextVersion]));
      },
    }),
    fault({
      name: 'rollout restart of NATS',
      async event() {
        await kubectl('rollout', 'restart', 'statefulset/nats');
        await product.awaitRollout('statefulset/nats');
      },
    }),
    fault({
      name: 'drain of a node',
      async event() {
        const options = ['--ignore-daemonsets', '--delete-emptydir-data', '--timeout=5m'];
        await cluster.kubectl('drain', drained, ...options);
        await product.awaitRollout(...deployments);
        await cluster.kubectl('uncordon', drained);
        await product.awaitRollout('statefulset/nats');
      },
    }),
    fault({
      name: 'a pod killed for its memory',
      mayFail: true,
      async event() {
        const [pod] = (await product.pods('laptops')).filter(isReady);
        assert.ok(pod !== undefined);
        await exhaustMemory(pod, context.signal);
        await eventually(
          async () => {
            const found = (await product.pods('laptops')).find(
              ({ metadata }) => metadata.uid === pod.metadata.uid,
            );
            assert.is(found?.status.containerStatuses[0]?.lastState['terminated']?.reason, 'OOMKilled');
            assert.ok(found !== undefined && isReady(found));
          },
          changeTimeoutMs,
          500,
        );
      },
    }),
    fault({
      name: 'the autoscaler adds and removes a replica',
      event: () => scale(context),
    }),
  ];
}

export function killedNodeCheck(
  context: CheckContext,
  issueToken: IssueToken,
  kill: (name: NodeName) => void,
): Check {
  const { cluster, product } = context;
  return faultCheck(context, issueToken, {
    name: 'a killed node',
    mayFail: true,
    async event() {
      kill(killed);
      await cluster.kubectl('wait', '--for=condition=Ready=Unknown', '--timeout=5m', `node/${killed}`);
      await eventually(
        async () => {
          for (const service of services)
            assert.is(
              (await product.pods(service)).filter(isReady).some(({ spec }) => spec.nodeName === killed),
              false,
            );
        },
        changeTimeoutMs,
        500,
      );
    },
  });
}
