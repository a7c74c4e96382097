/** Names and numbers that have to agree between the manifests themselves. */

import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { Agreement } from './agreement.ts';
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

const has = (workload: Workload, wanted: string | number | undefined) =>
  portsOf(workload).some(({ name, containerPort }) => [name, containerPort].includes(wanted));

/** The workloads that a selector chooses; none, when a value that it lists is nobody's. */
function chosenBy(selector: LabelSelector | undefined, manifests: readonly Manifest[]): Workload[] {
  const workloads = workloadsOf(manifests);
  const isSomebodys = (key: string, value: string) =>
    workloads.some((workload) => podLabelsOf(workload)[key] === value);
  const isSpelt = (selector?.matchExpressions ?? []).every(({ key, values = [] }) =>
    values.every((value) => isSomebodys(key, value)),
  );
  return isSpelt ? workloads.filter((workload) => selects(selector, podLabelsOf(workload))) : [];
}

const brokersOf = (manifests: readonly Manifest[]) => ofKind(manifests, 'StatefulSet');

/** The value of a setting that every server has, whether or not it is one of a cluster. */
function brokerSetting(manifests: readonly Manifest[], name: string): string {
  const text = brokerFilesOf(manifests).get('nats.conf') ?? '';
  return new RegExp(`^\\s*${name}: "?([^"\\s]+)"?$`, 'm').exec(text)?.[1] ?? 'nothing';
}

export const innerAgreements: readonly Agreement[] = [
  {
    rule: 'a Service leads to the pods of one workload, and to ports that they have',
    disagreements: (manifests) =>
      ofKind(manifests, 'Service')
        .filter(({ spec }) => {
          const chosen = workloadsOf(manifests).filter((workload) =>
            selects({ matchLabels: spec?.selector ?? { no: 'selector' } }, podLabelsOf(workload)),
          );
          const [workload, ...others] = chosen;
          return (
            !workload ||
            others.length > 0 ||
            !spec?.ports?.every(({ targetPort }) => has(workload, targetPort))
          );
        })
        .map(titleOf),
  },
  {
    rule: 'a network policy is for pods that are there, and speaks of ports that they have',
    disagreements: (manifests) => {
      const among = (selector: LabelSelector | undefined) => chosenBy(selector, manifests);
      return ofKind(manifests, 'NetworkPolicy')
        .filter(({ spec }) => {
          const own = among(spec?.podSelector);
          const knows = (workloads: readonly Workload[], ports: readonly { port?: string | number }[] = []) =>
            workloads.length > 0 &&
            ports.every(({ port }) => workloads.every((workload) => has(workload, port)));
          const isWrongIn = (spec?.ingress ?? []).some(
            ({ ports, from = [] }) =>
              !knows(own, ports) ||
              from.some((peer) => !peer.namespaceSelector && among(peer.podSelector).length === 0),
          );
          const isWrongOut = (spec?.egress ?? []).some(({ ports, to = [] }) =>
            to.some((peer) => !peer.namespaceSelector && !knows(among(peer.podSelector), ports)),
          );
          return own.length === 0 || isWrongIn || isWrongOut;
        })
        .map(titleOf);
    },
  },
  {
    rule: 'a StatefulSet, an autoscaler and every probe name something that is there',
    disagreements: (manifests) => [
      ...brokersOf(manifests)
        .filter(({ spec }) => {
          const service = ofKind(manifests, 'Service').find(
            ({ metadata }) => metadata?.name === spec?.serviceName,
          );
          return service?.spec?.clusterIP !== 'None' || service.spec.publishNotReadyAddresses !== true;
        })
        .map(titleOf),
      ...ofKind(manifests, 'HorizontalPodAutoscaler')
        .filter(
          ({ spec }) =>
            !workloadsOf(manifests).some(
              ({ kind, metadata }) =>
                kind === spec?.scaleTargetRef.kind && metadata?.name === spec?.scaleTargetRef.name,
            ),
        )
        .map(titleOf),
      ...workloadsOf(manifests)
        .filter((workload) =>
          podOf(workload).containers.some(({ startupProbe, readinessProbe, livenessProbe }) =>
            [startupProbe, readinessProbe, livenessProbe].some(
              (probe) => probe?.httpGet !== undefined && !has(workload, probe.httpGet.port),
            ),
          ),
        )
        .map(titleOf),
    ],
  },
  {
    rule: 'every stream is kept by as many servers as there are',
    disagreements: (manifests) => {
      const replicas = brokersOf(manifests).map(({ spec }) => String(spec?.replicas));
      return ofKind(manifests, 'Job')
        .filter((job) => !replicas.includes(environmentOf(job, manifests).get('STREAM_REPLICAS') ?? 'none'))
        .map(titleOf);
    },
  },
  {
    rule: 'NATS_URL names a Service and a port of it',
    disagreements: (manifests) =>
      [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'Job')]
        .filter((workload) => {
          const { hostname, port } = new URL(environmentOf(workload, manifests).get('NATS_URL') ?? 'none:');
          const service = ofKind(manifests, 'Service').find(({ metadata }) => metadata?.name === hostname);
          return !service?.spec?.ports?.some((one) => String(one.port) === port);
        })
        .map(titleOf),
  },
  {
    rule: 'the routes of the cluster lead to each of its servers',
    disagreements: (manifests) =>
      brokersOf(manifests)
        .filter(({ metadata, spec }) => {
          const { replicas = 1, serviceName } = spec ?? {};
          const port = spec?.template.spec?.containers[0]?.ports?.find(
            ({ name }) => name === 'cluster',
          )?.containerPort;
          const wanted = Array.from(
            { length: replicas },
            (_, index) => `nats://${metadata?.name}-${index}.${serviceName}:${port}`,
          );
          const routes =
            brokerFilesOf(manifests)
              .get('routes.conf')
              ?.match(/nats:\/\/[^"]+/g) ?? [];
          return replicas > 1 && wanted.join() !== routes.join();
        })
        .map(titleOf),
  },
  {
    rule: "the broker's configuration is about its own ports, volume and pid file",
    disagreements: (manifests) =>
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
    rule: 'the broker stores what it acknowledges',
    disagreements: (manifests) =>
      brokersOf(manifests)
        .filter(() => brokerSetting(manifests, 'sync_interval') !== 'always')
        .map(titleOf),
  },
  {
    rule: 'every ConfigMap that is named is there, or made by hand',
    disagreements: (manifests, { commands }) =>
      workloadsOf(manifests).flatMap((workload) => {
        const { volumes = [], containers } = podOf(workload);
        const named = [
          ...volumes.flatMap(({ configMap, projected }) => [
            configMap?.name,
            ...(projected?.sources ?? []).map((source) => source.configMap?.name),
          ]),
          ...containers.flatMap(({ envFrom = [] }) => envFrom.map(({ configMapRef }) => configMapRef?.name)),
        ];
        return named
          .filter((name) => name !== undefined)
          .filter(
            (name) =>
              !findConfigMap(manifests, name) && !commands.includes(`kubectl create configmap ${name} `),
          )
          .map((name) => `${titleOf(workload)}, ${name}`);
      }),
  },
];
