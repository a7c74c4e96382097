/** Policies for updates, scaling, eviction and scheduling without downtime. */

import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1.js';
import { ofKind, podLabelsOf, podOf, selects, titleOf, type Manifest } from './manifests.ts';
import type { Policy } from './policy-check.ts';

const serversOf = (manifests: readonly Manifest[]) => [
  ...ofKind(manifests, 'Deployment'),
  ...ofKind(manifests, 'StatefulSet'),
];

function forServers(
  rule: string,
  breaks: (server: Deployment | StatefulSet, manifests: readonly Manifest[]) => boolean,
): Policy {
  return {
    rule,
    violations: (manifests) =>
      serversOf(manifests)
        .filter((server) => breaks(server, manifests))
        .map(titleOf),
  };
}

function forDeployments(
  rule: string,
  breaks: (deployment: Deployment, manifests: readonly Manifest[]) => boolean,
): Policy {
  return forServers(rule, (server, manifests) => server.kind === 'Deployment' && breaks(server, manifests));
}

/** Returns the time in seconds until a failing probe takes effect. */
const probeTimeoutOf = ({ periodSeconds = 10, failureThreshold = 3 }) => periodSeconds * failureThreshold;

export const rolloutPolicies: readonly Policy[] = [
  forServers('has startup, readiness and liveness probes on a dedicated port', (server) =>
    podOf(server).containers.some((container) => {
      const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe];
      const paths = probes.map((probe) => probe?.httpGet?.path);
      const haveDedicatedPort = probes.every((probe) =>
        ['probes', 'monitor'].includes(String(probe?.httpGet?.port)),
      );
      return !haveDedicatedPort || paths.includes(undefined) || new Set(paths).size !== probes.length;
    }),
  ),
  forServers('has at least five minutes to start', (server) =>
    podOf(server).containers.some(({ startupProbe }) => probeTimeoutOf(startupProbe ?? {}) < 300),
  ),
  forServers('is restarted only after 30 seconds without a response', (server) =>
    podOf(server).containers.some(({ livenessProbe }) => probeTimeoutOf(livenessProbe ?? {}) < 30),
  ),
  forDeployments('is updated without reducing the number of replicas', ({ spec }) => {
    const { type, rollingUpdate } = spec?.strategy ?? {};
    const { maxUnavailable, maxSurge = 0 } = rollingUpdate ?? {};
    return (
      type !== 'RollingUpdate' || maxUnavailable !== 0 || maxSurge === 0 || (spec?.minReadySeconds ?? 0) < 5
    );
  }),
  forDeployments('has a progress deadline longer than the start of a replica', (deployment) =>
    podOf(deployment).containers.some(
      ({ startupProbe }) =>
        (deployment.spec?.progressDeadlineSeconds ?? 600) <= probeTimeoutOf(startupProbe ?? {}),
    ),
  ),
  forDeployments('continues to serve until all nodes have removed it from load balancing', (deployment) =>
    podOf(deployment).containers.some(({ lifecycle }) => (lifecycle?.preStop?.sleep?.seconds ?? 0) < 5),
  ),
  forServers('has a disruption budget of one pod if it has several replicas', (server, manifests) => {
    const budgets = ofKind(manifests, 'PodDisruptionBudget').filter(
      ({ spec }) => spec?.selector !== undefined && selects(spec.selector, podLabelsOf(server)),
    );
    const hasSeveral = (server.spec?.replicas ?? 1) > 1;
    return hasSeveral ? budgets.length !== 1 || budgets[0]?.spec?.maxUnavailable !== 1 : budgets.length > 0;
  }),
  forDeployments(
    'has an autoscaler that never goes below the initial replicas, if there are several',
    (deployment, manifests) => {
      const { name } = deployment.metadata ?? {};
      const replicas = deployment.spec?.replicas ?? 1;
      const scalers = ofKind(manifests, 'HorizontalPodAutoscaler').filter(
        ({ spec }) => spec?.scaleTargetRef.kind === 'Deployment' && spec.scaleTargetRef.name === name,
      );
      if (replicas === 1) return scalers.length > 0;
      const { minReplicas, maxReplicas = 0, behavior } = scalers[0]?.spec ?? {};
      const isSlow = (behavior?.scaleDown?.stabilizationWindowSeconds ?? 0) >= 300;
      return scalers.length !== 1 || minReplicas !== replicas || maxReplicas <= replicas || !isSlow;
    },
  ),
  {
    rule: 'stores its streams on volumes that are retained',
    violations: (manifests) =>
      ofKind(manifests, 'StatefulSet')
        .filter(({ spec }) => {
          const { whenDeleted, whenScaled } = spec?.persistentVolumeClaimRetentionPolicy ?? {};
          const hasClaim = (spec?.volumeClaimTemplates ?? []).length > 0;
          return !hasClaim || whenDeleted !== 'Retain' || whenScaled !== 'Retain';
        })
        .map(titleOf),
  },
];
