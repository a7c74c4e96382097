/** Consistency rules between the manifests and the code, the images, the broker's users and the docs. */

import type { ConsistencyRule, Project } from './consistency-rule.ts';
import {
  bytesOf,
  brokerFilesOf,
  environmentOf,
  ofKind,
  podLabelsOf,
  podOf,
  titleOf,
  workloadsOf,
  type Workload,
} from './manifests.ts';

const mebibyte = 1024 ** 2;

/** Memory of a Node process beyond its heap, in MiB. Measured: about 100 (docs/kubernetes.md). */
const nonHeapMiB = 100;

/** Variables that are read by Kubernetes or Node, not by the services. */
const foreignVariables = ['SERVICE', 'NODE_OPTIONS'];

/** Returns the Secrets that the documented commands create, with their keys. */
function documentedSecrets({ commands, keyCommands }: Project): Map<string, string[]> {
  const joined = commands.replaceAll(/\\\n\s*/g, '');
  const created = Array.from(
    joined.matchAll(/kubectl create secret generic (\S+) (.*)/g),
    ([, name = '', options = '']) =>
      [name, Array.from(options.matchAll(/--from-file=([^\s=]+)=/g), ([, key = '']) => key)] as const,
  );
  const roles = /for role in ([a-z ]+);/.exec(keyCommands)?.[1]?.split(' ') ?? [];
  return new Map([
    ...created,
    ...(joined.includes('kubectl create secret generic nats-users --from-env-file=nats-roles.env')
      ? [['nats-users', roles.map((role) => `${role.toUpperCase()}_NKEY`)] as const]
      : []),
  ]);
}

/** Returns the Secrets that a workload requires, with the keys that it refers to. */
function requiredSecrets(workload: Workload): { name: string; keys: string[] }[] {
  const { volumes = [], containers } = podOf(workload);
  const keysOf = (items: { key: string }[] = []) => items.map(({ key }) => key);
  return [
    ...volumes.flatMap(({ secret, projected }) => [
      ...(secret && secret.optional !== true
        ? [{ name: secret.secretName, keys: keysOf(secret.items) }]
        : []),
      ...(projected?.sources ?? []).flatMap((source) =>
        source.secret ? [{ name: source.secret.name, keys: keysOf(source.secret.items) }] : [],
      ),
    ]),
    ...containers.flatMap(({ envFrom = [] }) =>
      envFrom.flatMap(({ secretRef }) => (secretRef ? [{ name: secretRef.name, keys: [] }] : [])),
    ),
  ].map(({ name = '', keys }) => ({ name, keys }));
}

/**
 * Returns the files mounted from Secrets and ConfigMaps into a workload's first container. A Secret volume without `items`
 * contains the documented keys.
 */
function mountedFiles(workload: Workload, project: Project): string[] {
  const { volumes = [], containers } = podOf(workload);
  const [container] = containers;
  return (container?.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const volume = volumes.find((one) => one.name === name);
    const items = (volume?.secret ?? volume?.configMap)?.items?.map(({ path }) => path);
    const files = items ?? documentedSecrets(project).get(volume?.secret?.secretName ?? '') ?? [];
    return files.map((file) => `${mountPath}/${file}`);
  });
}

export const projectConsistencyRules: readonly ConsistencyRule[] = [
  {
    rule: 'a service uses its default ports, and its Service has port 80',
    inconsistencies: (manifests, { services }) =>
      ofKind(manifests, 'Deployment')
        .filter(({ metadata, spec }) => {
          const defaults = services.find(({ name }) => name === metadata?.name)?.defaults;
          const ports = spec?.template.spec?.containers[0]?.ports ?? [];
          const portOf = (name: string) => ports.find((port) => port.name === name)?.containerPort;
          const service = ofKind(manifests, 'Service').find((one) => one.metadata?.name === metadata?.name);
          const isFound = service?.spec?.ports?.some(
            ({ port, targetPort }) => port === 80 && targetPort === 'http',
          );
          return (
            portOf('http') !== defaults?.httpPort || portOf('probes') !== defaults?.probePort || !isFound
          );
        })
        .map(titleOf),
  },
  {
    rule: 'every environment variable is known to the process',
    inconsistencies: (manifests, { serviceVariables, provisionVariables }) =>
      [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'Job')].flatMap((workload) => {
        const own = workload.kind === 'Job' ? provisionVariables : [];
        // The provisioner also has the settings of the services.
        const known = new Set([...serviceVariables, ...own, ...foreignVariables]);
        return [...environmentOf(workload, manifests).keys()]
          .filter((name) => !known.has(name))
          .map((name) => `${titleOf(workload)}, ${name}`);
      }),
  },
  {
    rule: 'every required Secret and its keys are created by a documented command',
    inconsistencies: (manifests, project) =>
      workloadsOf(manifests).flatMap((workload) =>
        requiredSecrets(workload)
          .filter(({ name, keys }) => {
            const created = documentedSecrets(project).get(name);
            return created === undefined || !keys.every((key) => created.includes(key));
          })
          .map(({ name }) => `${titleOf(workload)}, ${name}`),
      ),
  },
  {
    rule: 'every file named by a variable is mounted',
    inconsistencies: (manifests, project) =>
      [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'Job')].flatMap((workload) =>
        [...environmentOf(workload, manifests)]
          .filter(
            ([name, value]) =>
              value.startsWith('/') && !(workload.kind === 'Job' && name.startsWith('AUTH_')),
          )
          .filter(([, value]) => !mountedFiles(workload, project).includes(value))
          .map(([name]) => `${titleOf(workload)}, ${name}`),
      ),
  },
  {
    rule: 'the NATS user and inbox prefix of a process belong to a role',
    inconsistencies: (manifests, { roles }) =>
      [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'Job')]
        .filter((workload) => {
          const environment = environmentOf(workload, manifests);
          const names = [...environment.keys()];
          const hasNkey = environment.has('NATS_NKEY');
          const service = podLabelsOf(workload)['app.kubernetes.io/name'] ?? '';
          const inbox = environment.get('NATS_INBOX_PREFIX')?.replace('$(SERVICE)', service) ?? '';
          const role = inbox.replace(/^_INBOX_/, '');
          const isExpanded =
            !environment.get('NATS_INBOX_PREFIX')?.includes('$') ||
            (names.includes('SERVICE') && names.indexOf('SERVICE') < names.indexOf('NATS_INBOX_PREFIX'));
          const secrets = (podOf(workload).volumes ?? []).map(({ secret }) => secret?.secretName);
          const isRole = roles.includes(`$${role.toUpperCase()}_NKEY\n`) && roles.includes(`"${inbox}.>"`);
          return !isExpanded || (hasNkey && !(isRole && secrets.includes(`${role}-nkey`)));
        })
        .map(titleOf),
  },
  {
    rule: 'the broker has the public key of every role',
    inconsistencies: (manifests, project) => {
      const keys = documentedSecrets(project).get('nats-users') ?? [];
      const files = brokerFilesOf(manifests).get('nats-roles.conf') ?? '';
      return Array.from(files.matchAll(/nkey: \$(\w+)/g), ([, name = '']) => name).filter(
        (name) => !keys.includes(name),
      );
    },
  },
  {
    rule: 'an image is built or used by the compose file, with the same name and this version',
    inconsistencies: (manifests, { compose, version }) =>
      workloadsOf(manifests).flatMap((workload) =>
        podOf(workload)
          .containers.filter(({ image = '' }) => {
            const [, name = '', tag = ''] = /^(?:.*\/)?([^/:]+):([^:]+)$/.exec(image) ?? [];
            const isBuilt =
              compose.includes(`image: ${name}:\${TAG:-local}`) && ['local', version].includes(tag);
            return !isBuilt && !compose.includes(`image: \${NATS_IMAGE:-${name}:${tag}}`);
          })
          .map(({ image }) => `${titleOf(workload)}, ${image}`),
      ),
  },
  {
    rule: 'the heaps of a pod and the memory that Node needs beyond them fit into its limit',
    inconsistencies: (manifests) =>
      [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'Job')]
        .filter((workload) => {
          const environment = environmentOf(workload, manifests);
          const heap = Number(
            /^--max-old-space-size=(\d+)$/.exec(environment.get('NODE_OPTIONS') ?? '')?.[1],
          );
          const pointInTimeMiB =
            workload.kind === 'Job' ? 0 : Number(environment.get('POINT_IN_TIME_MAX_HEAP_MIB')) + nonHeapMiB;
          const limit = podOf(workload).containers[0]?.resources?.limits?.['memory'] ?? '0';
          return !(heap + nonHeapMiB + pointInTimeMiB <= bytesOf(limit) / mebibyte);
        })
        .map(titleOf),
  },
  {
    rule: "the broker's heap limit is below its memory limit",
    inconsistencies: (manifests) =>
      ofKind(manifests, 'StatefulSet')
        .filter((broker) => {
          const limit = podOf(broker).containers[0]?.resources?.limits?.['memory'] ?? '0';
          const heap = environmentOf(broker, manifests).get('GOMEMLIMIT') ?? '0';
          return bytesOf(heap) === 0 || bytesOf(heap) > 0.95 * bytesOf(limit);
        })
        .map(titleOf),
  },
  {
    rule: 'the termination grace period exceeds the shutdown time of the process',
    inconsistencies: (manifests) =>
      [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'StatefulSet')]
        .filter((workload) => {
          const { terminationGracePeriodSeconds = 30, containers } = podOf(workload);
          const sleep = containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0;
          const files = [...brokerFilesOf(manifests).values()].join('\n');
          const own =
            workload.kind === 'Deployment'
              ? Number(environmentOf(workload, manifests).get('SHUTDOWN_TIMEOUT_SECONDS'))
              : Number(/^lame_duck_duration: "(\d+)s"$/m.exec(files)?.[1]);
          return !(terminationGracePeriodSeconds >= sleep + own + 5);
        })
        .map(titleOf),
  },
];
