/** How workloads come, go, and share the nodes, so that nobody notices. */

import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1.js';
import { ofKind, podLabelsOf, podOf, selects, titleOf, type Manifest } from './manifests.ts';
import type { Policy } from './policy.ts';

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

/** Seconds until a probe that always fails has its effect. */
const patienceOf = ({ periodSeconds = 10, failureThreshold = 3 }) => periodSeconds * failureThreshold;

export const rolloutPolicies: readonly Policy[] = [
  forServers(
    'is asked whether it has started, is ready and lives, on a port that serves nothing else',
    (server) =>
      podOf(server).containers.some((container) => {
        const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe];
        const paths = probes.map((probe) => probe?.httpGet?.path);
        const areAsked = probes.every((probe) =>
          ['probes', 'monitor'].includes(String(probe?.httpGet?.port)),
        );
        return !areAsked || paths.includes(undefined) || new Set(paths).size !== probes.length;
      }),
  ),
  forServers('has five minutes or more to start', (server) =>
    podOf(server).containers.some(({ startupProbe }) => patienceOf(startupProbe ?? {}) < 300),
  ),
  forServers('is restarted only when it has not answered for half a minute', (server) =>
    podOf(server).containers.some(({ livenessProbe }) => patienceOf(livenessProbe ?? {}) < 30),
  ),
  forDeployments('is updated without a replica less', ({ spec }) => {
    const { type, rollingUpdate } = spec?.strategy ?? {};
    const { maxUnavailable, maxSurge = 0 } = rollingUpdate ?? {};
    return (
      type !== 'RollingUpdate' || maxUnavailable !== 0 || maxSurge === 0 || (spec?.minReadySeconds ?? 0) < 5
    );
  }),
  forDeployments('gives an update longer than a replica may take to start', (deployment) =>
    podOf(deployment).containers.some(
      ({ startupProbe }) =>
        (deployment.spec?.progressDeadlineSeconds ?? 600) <= patienceOf(startupProbe ?? {}),
    ),
  ),
  forDeployments('goes on answering until every node knows that it ends', (deployment) =>
    podOf(deployment).containers.some(({ lifecycle }) => (lifecycle?.preStop?.sleep?.seconds ?? 0) < 5),
  ),
  forServers('may be evicted one at a time, where there are several', (server, manifests) => {
    const budgets = ofKind(manifests, 'PodDisruptionBudget').filter(
      ({ spec }) => spec?.selector !== undefined && selects(spec.selector, podLabelsOf(server)),
    );
    const several = (server.spec?.replicas ?? 1) > 1;
    return several ? budgets.length !== 1 || budgets[0]?.spec?.maxUnavailable !== 1 : budgets.length > 0;
  }),
  forServers('is spread over the nodes', (server) => {
    const { topologySpreadConstraints = [], affinity } = podOf(server);
    const rules = [
      ...topologySpreadConstraints,
      ...(affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ].filter(({ labelSelector }) => {
      const says = Object.keys(labelSelector?.matchLabels ?? {}).length > 0;
      return says && selects(labelSelector, podLabelsOf(server));
    });
    return !['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].every((key) =>
      rules.some(({ topologyKey }) => topologyKey === key),
    );
  }),
  forDeployments(
    'is scaled by an autoscaler that takes none of its first replicas, where there are several',
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
    rule: 'has its streams on volumes that outlive it',
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
