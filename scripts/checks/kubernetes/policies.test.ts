/** Checks that both overlays follow the policies, and that each policy detects violations. */

import type { DeploymentSpec, StatefulSetSpec } from 'kubernetes-types/apps/v1.js';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ofKind, podOf, workloadsOf, type Manifest } from './manifests.ts';
import { networkPolicies } from './network-policies.ts';
import { podPolicies } from './pod-policies.ts';
import { findViolations } from './policy-check.ts';
import { rolloutPolicies } from './rollout-policies.ts';
import { withChange, overlays, renderOverlays } from './testing.ts';

const policies = [...podPolicies, ...rolloutPolicies, ...networkPolicies];
const rendered = await renderOverlays();

type Alter = (manifests: Manifest[]) => unknown;

/** Returns the pod of the first workload of a kind and its first container. */
function first(manifests: readonly Manifest[], kind: 'Deployment' | 'StatefulSet' | 'Job') {
  const workload = workloadsOf(manifests).find((one) => one.kind === kind);
  if (workload === undefined) throw new Error(`no ${kind} found`);
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

/** Counter-examples by rule. Each violates only that rule. */
const counterExamples: Readonly<Record<string, readonly Alter[]>> = {
  'runs as a numeric non-root user': [
    inPod((pod) => Object.assign(pod.securityContext ?? {}, { runAsNonRoot: false })),
    inPod((pod) => Object.assign(pod.securityContext ?? {}, { runAsUser: 0 })),
    (manifests) => delete first(manifests, 'Job').pod.securityContext?.runAsGroup,
  ],
  'does not override the user of its pod': [
    inContainer((container) => Object.assign(container.securityContext ?? {}, { runAsUser: 0 })),
  ],
  "uses the runtime's default seccomp profile": [
    inPod((pod) => Object.assign(pod.securityContext ?? {}, { seccompProfile: { type: 'Unconfined' } })),
  ],
  'cannot gain privileges and has no capabilities': [
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
  'has a read-only root file system': [
    (manifests) => delete first(manifests, 'StatefulSet').container.securityContext?.readOnlyRootFilesystem,
  ],
  'has no service account token': [
    inPod((pod) => delete pod.automountServiceAccountToken),
    inPod((pod) =>
      pod.volumes?.push({
        name: 'token',
        projected: { defaultMode: 0o440, sources: [{ serviceAccountToken: { path: 'token' } }] },
      }),
    ),
  ],
  'does not access its node': [
    inPod((pod) => (pod.hostNetwork = true)),
    inPod((pod) => pod.volumes?.push({ name: 'node', hostPath: { path: '/' } })),
    inContainer((container) => Object.assign(container.ports?.[0] ?? {}, { hostPort: 80 })),
  ],
  'has no service environment variables': [inPod((pod) => delete pod.enableServiceLinks)],
  'uses an image with a version tag or digest': [
    inContainer((container) => (container.image = 'portside-laptops')),
    inContainer((container) => (container.image = 'registry.example.com:5000/portside-laptops')),
    inContainer((container) => (container.image = 'portside-laptops:latest')),
  ],
  'requests CPU, and as much memory as its limit': [
    inContainer((container) => delete container.resources?.limits?.['memory']),
    inContainer((container) => Object.assign(container.resources?.requests ?? {}, { memory: '64Mi' })),
    inContainer((container) => delete container.resources?.requests?.['cpu']),
  ],
  'limits its ephemeral storage': [
    inContainer((container) => delete container.resources?.limits?.['ephemeral-storage']),
  ],
  'mounts configuration and secrets read-only': [
    inContainer((container) => container.volumeMounts?.forEach((mount) => delete mount.readOnly)),
  ],
  'mounts secrets without access for other users': [
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
  'enforces the restricted Pod Security Standard': [
    (manifests) => ofKind(manifests, 'Namespace').forEach(({ metadata }) => delete metadata?.labels),
  ],
  'has startup, readiness and liveness probes on a dedicated port': [
    inContainer((container) => delete container.readinessProbe),
    inContainer((container) => Object.assign(container.readinessProbe?.httpGet ?? {}, { port: 'http' })),
    inContainer((container) => Object.assign(container.livenessProbe?.httpGet ?? {}, { path: '/readyz' })),
  ],
  'has at least five minutes to start': [
    inContainer((container) => Object.assign(container.startupProbe ?? {}, { failureThreshold: 3 })),
  ],
  'is restarted only after 30 seconds without a response': [
    inContainer((container) => Object.assign(container.livenessProbe ?? {}, { failureThreshold: 1 })),
  ],
  'is updated without reducing the number of replicas': [
    inDeployments((spec) => delete spec.strategy),
    inDeployments((spec) => delete spec.minReadySeconds),
    inDeployments(({ strategy }) => Object.assign(strategy?.rollingUpdate ?? {}, { maxUnavailable: 1 })),
  ],
  'has a progress deadline longer than the start of a replica': [
    inDeployments((spec) => delete spec.progressDeadlineSeconds),
  ],
  'continues to serve until all nodes have removed it from load balancing': [
    inContainer((container) => delete container.lifecycle),
  ],
  'has a disruption budget of one pod if it has several replicas': [
    without('PodDisruptionBudget'),
    (manifests) => ofKind(manifests, 'PodDisruptionBudget').forEach(({ spec }) => delete spec?.selector),
    (manifests) =>
      ofKind(manifests, 'PodDisruptionBudget').forEach(({ spec }) =>
        Object.assign(spec ?? {}, { maxUnavailable: 0 }),
      ),
  ],
  'is spread over nodes and zones': [
    inPod((pod) => delete pod.topologySpreadConstraints),
    inPod((pod) => pod.topologySpreadConstraints?.forEach((constraint) => delete constraint.labelSelector)),
    inPod((pod) => delete pod.affinity),
    inPod((pod) => pod.topologySpreadConstraints?.push(...pod.topologySpreadConstraints)),
    (manifests) => delete first(manifests, 'StatefulSet').pod.affinity,
  ],
  'has an autoscaler that never goes below the initial replicas, if there are several': [
    without('HorizontalPodAutoscaler'),
    (manifests) =>
      ofKind(manifests, 'HorizontalPodAutoscaler').forEach(({ spec }) =>
        Object.assign(spec ?? {}, { minReplicas: 1 }),
      ),
    (manifests) => ofKind(manifests, 'HorizontalPodAutoscaler').forEach(({ spec }) => delete spec?.behavior),
  ],
  'stores its streams on volumes that are retained': [
    inBrokers((spec) => delete spec.volumeClaimTemplates),
    inBrokers((spec) => delete spec.persistentVolumeClaimRetentionPolicy),
  ],
  'a policy denies all ingress and egress by default': [
    without('NetworkPolicy'),
    inNetwork('closed', (spec) => (spec.egress = [])),
  ],
  'allows egress only to named peers and ports': [
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
  'allows ingress only from given peers to given ports': [
    inNetwork('service-callers', (spec) => (spec.ingress = [{ from: [{ namespaceSelector: {} }] }])),
    inNetwork('service-callers', (spec) => (spec.ingress = [{}])),
  ],
};

const policyChecks = suite('the policies');
for (const overlay of overlays) {
  const title = `hold in ${overlay}`;
  if (rendered === undefined) policyChecks.skip(title);
  else policyChecks(title, () => assert.equal(findViolations(policies, rendered[overlay]), []));
}
policyChecks.run();

const violations = suite('the policies, with a counter-example');
violations('have one for each policy', () =>
  assert.equal(policies.map(({ rule }) => rule).toSorted(), Object.keys(counterExamples).toSorted()),
);
for (const [rule, alters] of Object.entries(counterExamples)) {
  for (const [index, alter] of alters.entries()) {
    const title = `detect a violation of "${rule}" (${index + 1})`;
    if (rendered === undefined) {
      violations.skip(title);
      continue;
    }
    violations(title, () => {
      const found = findViolations(
        policies,
        withChange([...rendered['kubernetes/overlays/production']], alter),
      );
      assert.ok(found.length > 0, 'no violation was found');
      assert.equal(
        found.filter((violation) => !violation.endsWith(`: ${rule}`)),
        [],
      );
    });
  }
}
violations.run();
