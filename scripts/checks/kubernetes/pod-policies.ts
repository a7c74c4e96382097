/**
 * Policies for pods and containers that kube-score does not have. The API server checks the restricted Pod Security Standard in
 * `npm run test:kubernetes`.
 */

import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import { containersOf, ofKind, podOf, titleOf, workloadsOf, type Manifest } from './manifests.ts';
import type { Policy } from './policy-check.ts';

/** Creates a policy for every pod. `breaks` returns true if a pod violates it. */
function forPods(rule: string, breaks: (pod: PodSpec) => boolean): Policy {
  return {
    rule,
    violations: (manifests) =>
      workloadsOf(manifests)
        .filter((workload) => breaks(podOf(workload)))
        .map(titleOf),
  };
}

/** Creates a policy for every container. */
function forContainers(rule: string, breaks: (container: Container) => boolean): Policy {
  return {
    rule,
    violations: (manifests) =>
      containersOf(manifests)
        .filter(({ container }) => breaks(container))
        .map(({ title }) => title),
  };
}

const secretNames = (pod: PodSpec) =>
  (pod.volumes ?? []).flatMap(({ name, secret, projected }) =>
    secret !== undefined || projected?.sources?.some((source) => source.secret !== undefined) ? [name] : [],
  );

export const podPolicies: readonly Policy[] = [
  forPods('has no service account token', ({ automountServiceAccountToken, volumes = [] }) => {
    const hasToken = volumes.some(({ projected }) =>
      projected?.sources?.some((source) => source.serviceAccountToken !== undefined),
    );
    return automountServiceAccountToken !== false || hasToken;
  }),
  forPods('has no service environment variables', ({ enableServiceLinks }) => enableServiceLinks !== false),
  forPods('mounts configuration and secrets read-only', ({ volumes = [], containers }) => {
    const writable = new Set(
      volumes
        .filter(({ emptyDir, persistentVolumeClaim }) => emptyDir ?? persistentVolumeClaim)
        .map(({ name }) => name),
    );
    const known = new Set(volumes.map(({ name }) => name));
    return containers.some(({ volumeMounts = [] }) =>
      // A volume that the pod does not define is a volume claim of its StatefulSet.
      volumeMounts.some(({ name, readOnly }) => known.has(name) && !writable.has(name) && readOnly !== true),
    );
  }),
  forPods('mounts secrets without access for other users', ({ volumes = [], ...pod }) =>
    volumes
      .filter(({ name }) => secretNames({ ...pod, volumes }).includes(name))
      .some(({ secret, projected }) => ((secret ?? projected)?.defaultMode ?? 0o644) % 8 !== 0),
  ),
  // `nats-users` is allowed, because it contains only public keys.
  forContainers('has no secrets in its environment', ({ env = [], envFrom = [] }) => {
    const isSecret = env.some(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined);
    const names = envFrom.flatMap(({ secretRef }) => secretRef?.name ?? []);
    return isSecret || names.some((name) => name !== 'nats-users');
  }),
  {
    rule: 'enforces the restricted Pod Security Standard',
    violations: (manifests: readonly Manifest[]) =>
      ofKind(manifests, 'Namespace')
        .filter(({ metadata }) => metadata?.labels?.['pod-security.kubernetes.io/enforce'] !== 'restricted')
        .map(titleOf),
  },
];
