/** Types of the Kubernetes manifests, and functions to query them. */

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

/** Returns a display name, for example `Deployment laptops`. */
export function titleOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata?.name}`;
}

export function podOf(workload: Workload): PodSpec {
  return workload.spec?.template.spec ?? { containers: [] };
}

export function podLabelsOf(workload: Workload): NonNullable<ObjectMeta['labels']> {
  return workload.spec?.template.metadata?.labels ?? {};
}

/** Returns all containers, including init containers, with display names. */
export function containersOf(manifests: readonly Manifest[]): { title: string; container: Container }[] {
  return workloadsOf(manifests).flatMap((workload) => {
    const { containers, initContainers = [] } = podOf(workload);
    return [...initContainers, ...containers].map((container) => ({
      title: `${titleOf(workload)}, container ${container.name}`,
      container,
    }));
  });
}

/** Returns true if a selector matches the labels. An empty selector matches all. */
export function selects(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator !== 'In') throw new Error(`unsupported selector operator ${operator}`);
      return value !== undefined && values.includes(value);
    })
  );
}

/** Converts `768Mi`, `10Gi`, `8GB` or a plain number to bytes. */
export function bytesOf(quantity: string): number {
  const [, number, unit = ''] = /^(\d+)([KMG]i?B?)?$/.exec(quantity) ?? [];
  if (number === undefined) throw new Error(`unsupported quantity ${quantity}`);
  const base = unit.includes('i') ? 1024 : 1000;
  return Number(number) * base ** ' KMG'.indexOf(unit[0] ?? ' ');
}

/** Returns the environment of a workload's first container as defined in the manifests, including its ConfigMaps. */
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

/** Returns the broker's configuration files by name. They are mounted into one folder of its pod. */
export function brokerFilesOf(manifests: readonly Manifest[]): Map<string, string> {
  const sources = ofKind(manifests, 'StatefulSet')
    .flatMap((broker) => podOf(broker).volumes ?? [])
    .flatMap(({ projected }) => projected?.sources ?? []);
  return new Map(
    sources.flatMap(({ configMap }) => Object.entries(findConfigMap(manifests, configMap?.name)?.data ?? {})),
  );
}
