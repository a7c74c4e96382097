/** Every policy holds in both overlays, and each one finds what breaks it. */

import type { DeploymentSpec, StatefulSetSpec } from 'kubernetes-types/apps/v1.js';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ofKind, podOf, workloadsOf, type Manifest } from './manifests.ts';
import { networkPolicies } from './network-policies.ts';
import { podPolicies } from './pod-policies.ts';
import { findViolations } from './policy.ts';
import { rolloutPolicies } from './rollout-policies.ts';
import { altered, overlays, renderOverlays } from './testing.ts';

const policies = [...podPolicies, ...rolloutPolicies, ...networkPolicies];
const rendered = await renderOverlays();

type Alter = (manifests: Manifest[]) => unknown;

/** The pod of the first workload of its kind, and its container, for a counter-example to break. */
function first(manifests: readonly Manifest[], kind: 'Deployment' | 'StatefulSet' | 'Job') {
  const workload = workloadsOf(manifests).find((one) => one.kind === kind);
  if (workload === undefined) throw new Error(`there is no ${kind}`);
  const pod = podOf(workload);
  return { pod, container: firstContainer(pod) };
}
function firstContainer({ containers: [container] }: PodSpec): PodSpec['containers'][number] {
  if (container === undefined) throw new Error('the pod has no container');
  return container;
}
const inDeployments =
  (alter: (spec: DeploymentSpec) => unknown): Alter =>
  (manifests) =>
    ofKind(manifests, 'Deployment').forEach(({ spec }) => spec && alter(spec));
const inBrokers =
  (alter: (spec: StatefulSetSpec) => unknown): Alter =>
  (manifests) =>
    ofKind(manifests, 'StatefulSet').forEach(({ spec }) => spec && alter(spec));
const inPod =
  (alter: (pod: PodSpec) => unknown): Alter =>
  (manifests) =>
    alter(first(manifests, 'Deployment').pod);
const inContainer =
  (alter: (container: PodSpec['containers'][number]) => unknown): Alter =>
  (manifests) =>
    alter(first(manifests, 'Deployment').container);
const without =
  (kind: NonNullable<Manifest['kind']>): Alter =>
  (manifests) =>
    manifests.splice(0, Infinity, ...manifests.filter((manifest) => manifest.kind !== kind));
const inNetwork =
  (name: string, alter: (spec: { ingress?: object[]; egress?: object[] }) => unknown): Alter =>
  (manifests) =>
    ofKind(manifests, 'NetworkPolicy')
      .filter(({ metadata }) => metadata?.name === name)
      .forEach(({ spec }) => alter(spec ?? {}));

/** By the rule that it breaks, and no other one. */
const counterExamples: Readonly<Record<string, readonly Alter[]>> = {
  'runs as a user with a number that is not root': [
    inPod((pod) => Object.assign(pod.securityContext ?? {}, { runAsNonRoot: false })),
    inPod((pod) => Object.assign(pod.securityContext ?? {}, { runAsUser: 0 })),
    (manifests) => delete first(manifests, 'Job').pod.securityContext?.runAsGroup,
  ],
  'does not run as another user than its pod': [
    inContainer((container) => Object.assign(container.securityContext ?? {}, { runAsUser: 0 })),
  ],
  "is confined by the runtime's seccomp profile": [
    inPod((pod) => Object.assign(pod.securityContext ?? {}, { seccompProfile: { type: 'Unconfined' } })),
  ],
  'gains no privileges and has no capabilities': [
    inContainer((container) => delete container.securityContext?.allowPrivilegeEscalation),
    inContainer((container) => Object.assign(container.securityContext ?? {}, { privileged: true })),
    inContainer((container) =>
      Object.assign(container.securityContext ?? {}, { capabilities: { drop: ['CHOWN'] } }),
    ),
    inPod(
      (pod) =>
        (pod.initContainers = [
          { ...firstContainer(pod), securityContext: { readOnlyRootFilesystem: true } },
        ]),
    ),
  ],
  'has a read-only root': [
    (manifests) => delete first(manifests, 'StatefulSet').container.securityContext?.readOnlyRootFilesystem,
  ],
  'has no token of a service account': [
    inPod((pod) => delete pod.automountServiceAccountToken),
    inPod((pod) =>
      pod.volumes?.push({
        name: 'token',
        projected: { defaultMode: 0o440, sources: [{ serviceAccountToken: { path: 'token' } }] },
      }),
    ),
  ],
  'sees nothing of its node': [
    inPod((pod) => (pod.hostNetwork = true)),
    inPod((pod) => pod.volumes?.push({ name: 'node', hostPath: { path: '/' } })),
    inContainer((container) => Object.assign(container.ports?.[0] ?? {}, { hostPort: 80 })),
  ],
  'gets no environment from the Services of its namespace': [inPod((pod) => delete pod.enableServiceLinks)],
  'takes an image with a version': [
    inContainer((container) => (container.image = 'portside-laptops')),
    inContainer((container) => (container.image = 'registry.example.com:5000/portside-laptops')),
    inContainer((container) => (container.image = 'portside-laptops:latest')),
  ],
  'asks for processor time, and for all the memory that it may have': [
    inContainer((container) => delete container.resources?.limits?.['memory']),
    inContainer((container) => Object.assign(container.resources?.requests ?? {}, { memory: '64Mi' })),
    inContainer((container) => delete container.resources?.requests?.['cpu']),
  ],
  'fills its node with no files': [
    inContainer((container) => delete container.resources?.limits?.['ephemeral-storage']),
  ],
  'mounts what is configured or secret for reading alone': [
    inContainer((container) => container.volumeMounts?.forEach((mount) => delete mount.readOnly)),
  ],
  'keeps its secrets from other users of the pod': [
    inPod((pod) => pod.volumes?.forEach(({ secret }) => delete secret?.defaultMode)),
  ],
  'has no secrets in its environment': [
    inContainer((container) =>
      container.env?.push({
        name: 'SEED',
        valueFrom: { secretKeyRef: { name: 'laptops-nkey', key: 'seed' } },
      }),
    ),
    inContainer((container) => container.envFrom?.push({ secretRef: { name: 'laptops-nkey' } })),
  ],
  'is admitted under the restricted Pod Security Standard': [
    (manifests) => ofKind(manifests, 'Namespace').forEach(({ metadata }) => delete metadata?.labels),
  ],
  'is asked whether it has started, is ready and lives, on a port that serves nothing else': [
    inContainer((container) => delete container.readinessProbe),
    inContainer((container) => Object.assign(container.readinessProbe?.httpGet ?? {}, { port: 'http' })),
    inContainer((container) => Object.assign(container.livenessProbe?.httpGet ?? {}, { path: '/readyz' })),
  ],
  'has five minutes or more to start': [
    inContainer((container) => Object.assign(container.startupProbe ?? {}, { failureThreshold: 3 })),
  ],
  'is restarted only when it has not answered for half a minute': [
    inContainer((container) => Object.assign(container.livenessProbe ?? {}, { failureThreshold: 1 })),
  ],
  'is updated without a replica less': [
    inDeployments((spec) => delete spec.strategy),
    inDeployments((spec) => delete spec.minReadySeconds),
    inDeployments(({ strategy }) => Object.assign(strategy?.rollingUpdate ?? {}, { maxUnavailable: 1 })),
  ],
  'gives an update longer than a replica may take to start': [
    inDeployments((spec) => delete spec.progressDeadlineSeconds),
  ],
  'goes on answering until every node knows that it ends': [
    inContainer((container) => delete container.lifecycle),
  ],
  'may be evicted one at a time, where there are several': [
    without('PodDisruptionBudget'),
    (manifests) => ofKind(manifests, 'PodDisruptionBudget').forEach(({ spec }) => delete spec?.selector),
    (manifests) =>
      ofKind(manifests, 'PodDisruptionBudget').forEach(({ spec }) =>
        Object.assign(spec ?? {}, { maxUnavailable: 0 }),
      ),
  ],
  'is spread over the nodes': [
    inPod((pod) => delete pod.topologySpreadConstraints),
    inPod((pod) => pod.topologySpreadConstraints?.forEach((constraint) => delete constraint.labelSelector)),
    (manifests) => delete first(manifests, 'StatefulSet').pod.affinity,
  ],
  'is scaled by an autoscaler that takes none of its first replicas, where there are several': [
    without('HorizontalPodAutoscaler'),
    (manifests) =>
      ofKind(manifests, 'HorizontalPodAutoscaler').forEach(({ spec }) =>
        Object.assign(spec ?? {}, { minReplicas: 1 }),
      ),
    (manifests) => ofKind(manifests, 'HorizontalPodAutoscaler').forEach(({ spec }) => delete spec?.behavior),
  ],
  'has its streams on volumes that outlive it': [
    inBrokers((spec) => delete spec.volumeClaimTemplates),
    inBrokers((spec) => delete spec.persistentVolumeClaimRetentionPolicy),
  ],
  'a policy closes the namespace in both directions': [
    without('NetworkPolicy'),
    inNetwork('closed', (spec) => (spec.egress = [])),
  ],
  'goes out only to peers and ports that are named': [
    inNetwork('nats-clients', (spec) => (spec.egress = [{}])),
    inNetwork(
      'nats-clients',
      (spec) => (spec.egress = [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443 }] }]),
    ),
    inNetwork(
      'nats-clients',
      (spec) => (spec.egress = [{ to: [{ namespaceSelector: {} }], ports: [{ port: 443 }] }]),
    ),
  ],
  'lets nobody in but to ports that are named': [
    inNetwork('service-callers', (spec) => (spec.ingress = [{ from: [{ namespaceSelector: {} }] }])),
    inNetwork('service-callers', (spec) => (spec.ingress = [{}])),
  ],
};

const holding = suite('every policy holds');
for (const overlay of overlays) {
  if (rendered === undefined) holding.skip(overlay);
  else holding(overlay, () => assert.equal(findViolations(policies, rendered[overlay]), []));
}
holding.run();

const biting = suite('every policy finds what breaks it');
biting('and none is without a counter-example', () =>
  assert.equal(policies.map(({ rule }) => rule).toSorted(), Object.keys(counterExamples).toSorted()),
);
for (const [rule, alters] of Object.entries(counterExamples)) {
  for (const [index, alter] of alters.entries()) {
    const title = `${rule} (${index + 1})`;
    if (rendered === undefined) {
      biting.skip(title);
      continue;
    }
    biting(title, () => {
      const found = findViolations(policies, altered([...rendered['kubernetes/overlays/production']], alter));
      assert.ok(found.length > 0, 'nothing was found');
      assert.equal(
        found.filter((violation) => !violation.endsWith(`: ${rule}`)),
        [],
      );
    });
  }
}
biting.run();
