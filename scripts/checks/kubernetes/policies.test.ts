/** Checks that both overlays follow the policies, and that each policy detects violations. */

import type { DeploymentSpec, StatefulSetSpec } from 'kubernetes-types/apps/v1.js';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ofKind, podOf, workloadsOf, type Manifest } from './manifests.ts';
import { podPolicies } from './pod-policies.ts';
import { findViolations } from './policy-check.ts';
import { rolloutPolicies } from './rollout-policies.ts';
import { withChange, overlays, renderOverlays } from './testing.ts';

const policies = [...podPolicies, ...rolloutPolicies];
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
/** Counter-examples by rule. Each violates only that rule. */
const counterExamples: Readonly<Record<string, readonly Alter[]>> = {
  'has no service account token': [
    inPod((pod) => delete pod.automountServiceAccountToken),
    inPod((pod) =>
      pod.volumes?.push({
        name: 'token',
        projected: { defaultMode: 0o440, sources: [{ serviceAccountToken: { path: 'token' } }] },
      }),
    ),
  ],
  'has no service environment variables': [inPod((pod) => delete pod.enableServiceLinks)],
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
