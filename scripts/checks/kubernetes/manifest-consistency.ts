/** Consistency rules between manifests. */

import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { ConsistencyRule } from './consistency-rule.ts';
import {
  brokerFilesOf,
  bytesOf,
  environmentOf,
  findConfigMap,
  ofKind,
  podLabelsOf,
  podOf,
  selects,
  titleOf,
  workloadsOf,
  type Manifest,
  type Workload,
} from './manifests.ts';

const portsOf = (workload: Workload) => podOf(workload).containers.flatMap(({ ports = [] }) => ports);

const hasPort = (workload: Workload, port: string | number | undefined) =>
  portsOf(workload).some(({ name, containerPort }) => [name, containerPort].includes(port));

/** Returns the workloads that a selector matches; an empty array if no workload has one of its listed values. */
function selectedBy(selector: LabelSelector | undefined, manifests: readonly Manifest[]): Workload[] {
  const workloads = workloadsOf(manifests);
  const isUsed = (key: string, value: string) =>
    workloads.some((workload) => podLabelsOf(workload)[key] === value);
  const areValuesUsed = (selector?.matchExpressions ?? []).every(({ key, values = [] }) =>
    values.every((value) => isUsed(key, value)),
  );
  return areValuesUsed ? workloads.filter((workload) => selects(selector, podLabelsOf(workload))) : [];
}

const brokersOf = (manifests: readonly Manifest[]) => ofKind(manifests, 'StatefulSet');

/** Reads a setting from `nats.conf`, which all servers have, whether or not they form a cluster. */
function brokerSetting(manifests: readonly Manifest[], name: string): string {
  const text = brokerFilesOf(manifests).get('nats.conf') ?? '';
  return new RegExp(`^\\s*${name}: "?([^"\\s]+)"?$`, 'm').exec(text)?.[1] ?? 'nothing';
}

export const manifestConsistencyRules: readonly ConsistencyRule[] = [
  {
    rule: 'a Service selects the pods of exactly one workload and targets existing ports',
    inconsistencies: (manifests) =>
      ofKind(manifests, 'Service')
        .filter(({ spec }) => {
          const selected = workloadsOf(manifests).filter((workload) =>
            selects({ matchLabels: spec?.selector ?? { no: 'selector' } }, podLabelsOf(workload)),
          );
          const [workload, ...others] = selected;
          return (
            !workload ||
            others.length > 0 ||
            !spec?.ports?.every(({ targetPort }) => hasPort(workload, targetPort))
          );
        })
        .map(titleOf),
  },
  {
    rule: 'a network policy selects existing pods and existing ports',
    inconsistencies: (manifests) => {
      const select = (selector: LabelSelector | undefined) => selectedBy(selector, manifests);
      return ofKind(manifests, 'NetworkPolicy')
        .filter(({ spec }) => {
          const own = select(spec?.podSelector);
          const havePorts = (
            workloads: readonly Workload[],
            ports: readonly { port?: string | number }[] = [],
          ) =>
            workloads.length > 0 &&
            ports.every(({ port }) => workloads.every((workload) => hasPort(workload, port)));
          const isIngressInvalid = (spec?.ingress ?? []).some(
            ({ ports, from = [] }) =>
              !havePorts(own, ports) ||
              from.some((peer) => !peer.namespaceSelector && select(peer.podSelector).length === 0),
          );
          const isEgressInvalid = (spec?.egress ?? []).some(({ ports, to = [] }) =>
            to.some((peer) => !peer.namespaceSelector && !havePorts(select(peer.podSelector), ports)),
          );
          return own.length === 0 || isIngressInvalid || isEgressInvalid;
        })
        .map(titleOf);
    },
  },
  {
    rule: 'StatefulSets and probes refer to suitable Services and existing ports',
    inconsistencies: (manifests) => [
      ...brokersOf(manifests)
        .filter(({ spec }) => {
          const service = ofKind(manifests, 'Service').find(
            ({ metadata }) => metadata?.name === spec?.serviceName,
          );
          return service?.spec?.clusterIP !== 'None' || service.spec.publishNotReadyAddresses !== true;
        })
        .map(titleOf),
      ...workloadsOf(manifests)
        .filter((workload) =>
          podOf(workload).containers.some(({ startupProbe, readinessProbe, livenessProbe }) =>
            [startupProbe, readinessProbe, livenessProbe].some(
              (probe) => probe?.httpGet !== undefined && !hasPort(workload, probe.httpGet.port),
            ),
          ),
        )
        .map(titleOf),
    ],
  },
  {
    rule: 'the number of stream replicas equals the number of brokers',
    inconsistencies: (manifests) => {
      const replicas = brokersOf(manifests).map(({ spec }) => String(spec?.replicas));
      return ofKind(manifests, 'Job')
        .filter((job) => !replicas.includes(environmentOf(job, manifests).get('STREAM_REPLICAS') ?? 'none'))
        .map(titleOf);
    },
  },
  {
    rule: 'NATS_URL refers to an existing Service and port',
    inconsistencies: (manifests) =>
      [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'Job')]
        .filter((workload) => {
          const { hostname, port } = new URL(environmentOf(workload, manifests).get('NATS_URL') ?? 'none:');
          const service = ofKind(manifests, 'Service').find(({ metadata }) => metadata?.name === hostname);
          return !service?.spec?.ports?.some((one) => String(one.port) === port);
        })
        .map(titleOf),
  },
  {
    rule: 'the cluster routes contain every server',
    inconsistencies: (manifests) =>
      brokersOf(manifests)
        .filter(({ metadata, spec }) => {
          const { replicas = 1, serviceName } = spec ?? {};
          const port = spec?.template.spec?.containers[0]?.ports?.find(
            ({ name }) => name === 'cluster',
          )?.containerPort;
          const expected = Array.from(
            { length: replicas },
            (_, index) => `nats://${metadata?.name}-${index}.${serviceName}:${port}`,
          );
          const routes =
            brokerFilesOf(manifests)
              .get('routes.conf')
              ?.match(/nats:\/\/[^"]+/g) ?? [];
          return replicas > 1 && expected.join() !== routes.join();
        })
        .map(titleOf),
  },
  {
    rule: "the broker's configuration matches its ports, volume and pid file",
    inconsistencies: (manifests) =>
      brokersOf(manifests)
        .filter((broker) => {
          const [container] = podOf(broker).containers;
          const ports = new Map(portsOf(broker).map(({ name, containerPort }) => [name, containerPort]));
          const mounted = new Map(container?.volumeMounts?.map(({ name, mountPath }) => [name, mountPath]));
          const claim = broker.spec?.volumeClaimTemplates?.[0];
          const size = bytesOf(claim?.spec?.resources?.requests?.['storage'] ?? '0');
          const pidFile = brokerSetting(manifests, 'pid_file');
          return !(
            brokerSetting(manifests, 'listen') === `0.0.0.0:${ports.get('client')}` &&
            brokerSetting(manifests, 'http') === `0.0.0.0:${ports.get('monitor')}` &&
            brokerSetting(manifests, 'store_dir') === mounted.get(claim?.metadata?.name ?? '') &&
            bytesOf(brokerSetting(manifests, 'max_file_store')) <= 0.9 * size &&
            pidFile.startsWith(`${mounted.get('run')}/`) &&
            container?.lifecycle?.preStop?.exec?.command?.includes(`ldm=${pidFile}`) === true
          );
        })
        .map(titleOf),
  },
  {
    rule: 'the broker syncs every write to disk',
    inconsistencies: (manifests) =>
      brokersOf(manifests)
        .filter(() => brokerSetting(manifests, 'sync_interval') !== 'always')
        .map(titleOf),
  },
  {
    rule: 'every referenced ConfigMap exists or is created by a documented command',
    inconsistencies: (manifests, { commands }) =>
      workloadsOf(manifests).flatMap((workload) => {
        const { volumes = [], containers } = podOf(workload);
        const references = [
          ...volumes.flatMap(({ configMap, projected }) => [
            configMap?.name,
            ...(projected?.sources ?? []).map((source) => source.configMap?.name),
          ]),
          ...containers.flatMap(({ envFrom = [] }) => envFrom.map(({ configMapRef }) => configMapRef?.name)),
        ];
        return references
          .filter((name) => name !== undefined)
          .filter(
            (name) =>
              !findConfigMap(manifests, name) && !commands.includes(`kubectl create configmap ${name} `),
          )
          .map((name) => `${titleOf(workload)}, ${name}`);
      }),
  },
];
