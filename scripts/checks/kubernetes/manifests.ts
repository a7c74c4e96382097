/** The kinds of object that Portside is made of on Kubernetes, and how one gets around in them. */

import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1.js';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { ConfigMap, Container, Namespace, PodSpec, Service } from 'kubernetes-types/core/v1.js';
import type { LabelSelector, ObjectMeta } from 'kubernetes-types/meta/v1.js';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';

export type Workload = Deployment | StatefulSet | Job;

export type Manifest =
  | Workload
  | ConfigMap
  | HorizontalPodAutoscaler
  | Namespace
  | NetworkPolicy
  | PodDisruptionBudget
  | Service;

/** The objects of one kind. */
export function ofKind<Kind extends NonNullable<Manifest['kind']>>(
  manifests: readonly Manifest[],
  kind: Kind,
): Extract<Manifest, { kind?: Kind }>[] {
  return manifests.filter(
    (manifest): manifest is Extract<Manifest, { kind?: Kind }> => manifest.kind === kind,
  );
}

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return [
    ...ofKind(manifests, 'Deployment'),
    ...ofKind(manifests, 'StatefulSet'),
    ...ofKind(manifests, 'Job'),
  ];
}

/** `Deployment laptops`, for a person to read. */
export function titleOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata?.name}`;
}

export function podOf(workload: Workload): PodSpec {
  return workload.spec?.template.spec ?? { containers: [] };
}

export function podLabelsOf(workload: Workload): NonNullable<ObjectMeta['labels']> {
  return workload.spec?.template.metadata?.labels ?? {};
}

/** Every container, also those that run first, with a name for a person to read. */
export function containersOf(manifests: readonly Manifest[]): { title: string; container: Container }[] {
  return workloadsOf(manifests).flatMap((workload) => {
    const { containers, initContainers = [] } = podOf(workload);
    return [...initContainers, ...containers].map((container) => ({
      title: `${titleOf(workload)}, container ${container.name}`,
      container,
    }));
  });
}

/** Whether a selector chooses these labels; one that says nothing chooses all. */
export function selects(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator !== 'In') throw new Error(`this check does not know the operator ${operator}`);
      return value !== undefined && values.includes(value);
    })
  );
}

/** `768Mi`, `10Gi`, `8GB` or a plain number, in bytes. */
export function bytesOf(quantity: string): number {
  const [, number, unit = ''] = /^(\d+)([KMG]i?B?)?$/.exec(quantity) ?? [];
  if (number === undefined) throw new Error(`${quantity} is no size that this check knows`);
  const base = unit.includes('i') ? 1024 : 1000;
  return Number(number) * base ** ' KMG'.indexOf(unit[0] ?? ' ');
}

/** The environment of a workload's first container, as far as manifests say it, with what its ConfigMaps hold. */
export function environmentOf(workload: Workload, manifests: readonly Manifest[]): Map<string, string> {
  const [container] = podOf(workload).containers;
  const configured = (container?.envFrom ?? []).flatMap(({ configMapRef }) =>
    Object.entries(findConfigMap(manifests, configMapRef?.name)?.data ?? {}),
  );
  const own = (container?.env ?? []).map(({ name, value = '' }) => [name, value] as const);
  return new Map([...configured, ...own]);
}

export function findConfigMap(
  manifests: readonly Manifest[],
  name: string | undefined,
): ConfigMap | undefined {
  return ofKind(manifests, 'ConfigMap').find(({ metadata }) => metadata?.name === name);
}

/** The broker's configuration files by their names, as they lie in one folder of its pod. */
export function brokerFilesOf(manifests: readonly Manifest[]): Map<string, string> {
  const sources = ofKind(manifests, 'StatefulSet')
    .flatMap((broker) => podOf(broker).volumes ?? [])
    .flatMap(({ projected }) => projected?.sources ?? []);
  return new Map(
    sources.flatMap(({ configMap }) => Object.entries(findConfigMap(manifests, configMap?.name)?.data ?? {})),
  );
}
