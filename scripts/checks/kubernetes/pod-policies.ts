/** How a pod may run: as nobody, with nothing that it does not need, within limits. */

import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import { containersOf, ofKind, podOf, titleOf, workloadsOf, type Manifest } from './manifests.ts';
import type { Policy } from './policy.ts';

/** A rule for every pod; `breaks` says whether one breaks it. */
function forPods(rule: string, breaks: (pod: PodSpec) => boolean): Policy {
  return {
    rule,
    violations: (manifests) =>
      workloadsOf(manifests)
        .filter((workload) => breaks(podOf(workload)))
        .map(titleOf),
  };
}

/** A rule for every container. */
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
  forPods('runs as a user with a number that is not root', ({ securityContext }) => {
    const { runAsNonRoot, runAsUser = 0, runAsGroup = 0 } = securityContext ?? {};
    return runAsNonRoot !== true || runAsUser < 10_000 || runAsGroup < 10_000;
  }),
  forContainers('does not run as another user than its pod', ({ securityContext }) => {
    const { runAsUser, runAsGroup, runAsNonRoot } = securityContext ?? {};
    return runAsUser !== undefined || runAsGroup !== undefined || runAsNonRoot === false;
  }),
  forPods(
    "is confined by the runtime's seccomp profile",
    ({ securityContext }) => securityContext?.seccompProfile?.type !== 'RuntimeDefault',
  ),
  forContainers('gains no privileges and has no capabilities', ({ securityContext }) => {
    const { allowPrivilegeEscalation, privileged, capabilities } = securityContext ?? {};
    const drops = capabilities?.drop?.includes('ALL') === true;
    return (
      allowPrivilegeEscalation !== false || privileged === true || !drops || capabilities?.add !== undefined
    );
  }),
  forContainers(
    'has a read-only root',
    ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true,
  ),
  forPods('has no token of a service account', ({ automountServiceAccountToken, volumes = [] }) => {
    const hasToken = volumes.some(({ projected }) =>
      projected?.sources?.some((source) => source.serviceAccountToken !== undefined),
    );
    return automountServiceAccountToken !== false || hasToken;
  }),
  forPods(
    'sees nothing of its node',
    ({ hostNetwork, hostPID, hostIPC, volumes = [], containers }) =>
      [hostNetwork, hostPID, hostIPC].includes(true) ||
      volumes.some(({ hostPath }) => hostPath !== undefined) ||
      containers.some(({ ports = [] }) => ports.some(({ hostPort }) => hostPort !== undefined)),
  ),
  forPods(
    'gets no environment from the Services of its namespace',
    ({ enableServiceLinks }) => enableServiceLinks !== false,
  ),
  forContainers(
    'takes an image with a version',
    ({ image = '' }) => /^[^@]*:latest$/.test(image) || !/(?::[^/:]+|@sha256:[0-9a-f]{64})$/.test(image),
  ),
  forContainers('asks for processor time, and for all the memory that it may have', ({ resources }) => {
    const { requests = {}, limits = {} } = resources ?? {};
    return (
      requests['cpu'] === undefined ||
      limits['memory'] === undefined ||
      limits['memory'] !== requests['memory']
    );
  }),
  forContainers(
    'fills its node with no files',
    ({ resources }) => resources?.limits?.['ephemeral-storage'] === undefined,
  ),
  forPods('mounts what is configured or secret for reading alone', ({ volumes = [], containers }) => {
    const writable = new Set(
      volumes
        .filter(({ emptyDir, persistentVolumeClaim }) => emptyDir ?? persistentVolumeClaim)
        .map(({ name }) => name),
    );
    const known = new Set(volumes.map(({ name }) => name));
    return containers.some(({ volumeMounts = [] }) =>
      // A volume that is not among the pod's is a claim of its StatefulSet.
      volumeMounts.some(({ name, readOnly }) => known.has(name) && !writable.has(name) && readOnly !== true),
    );
  }),
  forPods('keeps its secrets from other users of the pod', ({ volumes = [], ...pod }) =>
    volumes
      .filter(({ name }) => secretNames({ ...pod, volumes }).includes(name))
      .some(({ secret, projected }) => ((secret ?? projected)?.defaultMode ?? 0o644) % 8 !== 0),
  ),
  // The public halves of the brokers' users are the one Secret that may be there.
  forContainers('has no secrets in its environment', ({ env = [], envFrom = [] }) => {
    const isSecret = env.some(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined);
    const names = envFrom.flatMap(({ secretRef }) => secretRef?.name ?? []);
    return isSecret || names.some((name) => name !== 'nats-users');
  }),
  {
    rule: 'is admitted under the restricted Pod Security Standard',
    violations: (manifests: readonly Manifest[]) =>
      ofKind(manifests, 'Namespace')
        .filter(({ metadata }) => metadata?.labels?.['pod-security.kubernetes.io/enforce'] !== 'restricted')
        .map(titleOf),
  },
];
