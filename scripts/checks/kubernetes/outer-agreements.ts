/** Names and numbers that have to agree between the manifests and the code, the images, the broker's users and the docs. */

import type { Agreement, Project } from './agreement.ts';
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

/** What a Node process takes beyond its heap, in MiB: measured at 100, docs/kubernetes.md. */
const beyondHeapMiB = 100;

/** What Kubernetes or Node reads, and not our code. */
const foreignVariables = ['SERVICE', 'NODE_OPTIONS'];

/** The Secrets that the docs make, with their keys. */
function madeSecrets({ commands, keyCommands }: Project): Map<string, string[]> {
  const joined = commands.replaceAll(/\\\n\s*/g, '');
  const made = Array.from(
    joined.matchAll(/kubectl create secret generic (\S+) (.*)/g),
    ([, name = '', options = '']) =>
      [name, Array.from(options.matchAll(/--from-file=([^\s=]+)=/g), ([, key = '']) => key)] as const,
  );
  const roles = /for role in ([a-z ]+);/.exec(keyCommands)?.[1]?.split(' ') ?? [];
  return new Map([
    ...made,
    ...(joined.includes('kubectl create secret generic nats-users --from-env-file=nats-roles.env')
      ? [['nats-users', roles.map((role) => `${role.toUpperCase()}_NKEY`)] as const]
      : []),
  ]);
}

/** Every Secret that a workload needs, with the keys that it names. */
function neededSecrets(workload: Workload): { name: string; keys: string[] }[] {
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

/** The files that a workload's first container finds in its Secrets and ConfigMaps; those of a whole Secret by the docs. */
function mountedFiles(workload: Workload, project: Project): string[] {
  const { volumes = [], containers } = podOf(workload);
  const [container] = containers;
  return (container?.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const volume = volumes.find((one) => one.name === name);
    const items = (volume?.secret ?? volume?.configMap)?.items?.map(({ path }) => path);
    const files = items ?? madeSecrets(project).get(volume?.secret?.secretName ?? '') ?? [];
    return files.map((file) => `${mountPath}/${file}`);
  });
}

export const outerAgreements: readonly Agreement[] = [
  {
    rule: 'a service listens where its own defaults say, and callers find it on port 80',
    disagreements: (manifests, { services }) =>
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
    rule: 'every variable is one that the process reads',
    disagreements: (manifests, { serviceVariables, provisionVariables }) =>
      [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'Job')].flatMap((workload) => {
        const own = workload.kind === 'Job' ? provisionVariables : [];
        // The provisioner gets the services' settings as well.
        const known = new Set([...serviceVariables, ...own, ...foreignVariables]);
        return [...environmentOf(workload, manifests).keys()]
          .filter((name) => !known.has(name))
          .map((name) => `${titleOf(workload)}, ${name}`);
      }),
  },
  {
    rule: 'every Secret that is needed, and its keys, is made by a command of the docs',
    disagreements: (manifests, project) =>
      workloadsOf(manifests).flatMap((workload) =>
        neededSecrets(workload)
          .filter(({ name, keys }) => {
            const made = madeSecrets(project).get(name);
            return made === undefined || !keys.every((key) => made.includes(key));
          })
          .map(({ name }) => `${titleOf(workload)}, ${name}`),
      ),
  },
  {
    rule: 'every file that a variable names is mounted',
    disagreements: (manifests, project) =>
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
    rule: 'the user of a process and the inbox that this user may hear are among the roles',
    disagreements: (manifests, { roles }) =>
      [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'Job')]
        .filter((workload) => {
          const environment = environmentOf(workload, manifests);
          const names = [...environment.keys()];
          const isAsked = environment.has('NATS_NKEY');
          const service = podLabelsOf(workload)['app.kubernetes.io/name'] ?? '';
          const inbox = environment.get('NATS_INBOX_PREFIX')?.replace('$(SERVICE)', service) ?? '';
          const role = inbox.replace(/^_INBOX_/, '');
          const isExpanded =
            !environment.get('NATS_INBOX_PREFIX')?.includes('$') ||
            (names.includes('SERVICE') && names.indexOf('SERVICE') < names.indexOf('NATS_INBOX_PREFIX'));
          const secrets = (podOf(workload).volumes ?? []).map(({ secret }) => secret?.secretName);
          const isRole = roles.includes(`$${role.toUpperCase()}_NKEY\n`) && roles.includes(`"${inbox}.>"`);
          return !isExpanded || (isAsked && !(isRole && secrets.includes(`${role}-nkey`)));
        })
        .map(titleOf),
  },
  {
    rule: 'the broker is told the public key of every role',
    disagreements: (manifests, project) => {
      const told = madeSecrets(project).get('nats-users') ?? [];
      const files = brokerFilesOf(manifests).get('nats-roles.conf') ?? '';
      return Array.from(files.matchAll(/nkey: \$(\w+)/g), ([, name = '']) => name).filter(
        (name) => !told.includes(name),
      );
    },
  },
  {
    rule: 'an image is one that the compose file builds or runs, by the same name and of this version',
    disagreements: (manifests, { compose, version }) =>
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
    rule: 'both heaps of a pod, and what Node takes beyond them, fit into its memory',
    disagreements: (manifests) =>
      [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'Job')]
        .filter((workload) => {
          const environment = environmentOf(workload, manifests);
          const heap = Number(
            /^--max-old-space-size=(\d+)$/.exec(environment.get('NODE_OPTIONS') ?? '')?.[1],
          );
          const past =
            workload.kind === 'Job' ? 0 : Number(environment.get('PAST_MAX_HEAP_MIB')) + beyondHeapMiB;
          const limit = podOf(workload).containers[0]?.resources?.limits?.['memory'] ?? '0';
          return !(heap + beyondHeapMiB + past <= bytesOf(limit) / mebibyte);
        })
        .map(titleOf),
  },
  {
    rule: 'the broker ends its heap before its limit',
    disagreements: (manifests) =>
      ofKind(manifests, 'StatefulSet')
        .filter((broker) => {
          const limit = podOf(broker).containers[0]?.resources?.limits?.['memory'] ?? '0';
          const heap = environmentOf(broker, manifests).get('GOMEMLIMIT') ?? '0';
          return bytesOf(heap) === 0 || bytesOf(heap) > 0.95 * bytesOf(limit);
        })
        .map(titleOf),
  },
  {
    rule: 'a pod gets the time to end that its process takes',
    disagreements: (manifests) =>
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
