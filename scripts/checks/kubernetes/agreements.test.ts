/** What stands in two places agrees, and each check finds it when one of them changes alone. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findDisagreements, type Project } from './agreement.ts';
import { innerAgreements } from './inner-agreements.ts';
import { ofKind, podOf, workloadsOf, type Manifest } from './manifests.ts';
import { outerAgreements } from './outer-agreements.ts';
import { altered, overlays, readProject, renderOverlays } from './testing.ts';

const agreements = [...innerAgreements, ...outerAgreements];
const rendered = await renderOverlays();
const project = readProject();

/** Changes the text of every object, and so whatever has this name. */
const written =
  (from: string | RegExp, to: string, kind?: NonNullable<Manifest['kind']>) => (manifests: Manifest[]) =>
    manifests.forEach((manifest) => {
      if (kind === undefined || manifest.kind === kind) {
        Object.assign(manifest, JSON.parse(JSON.stringify(manifest).replaceAll(from, to)));
      }
    });

type CounterExample = {
  readonly alter?: (manifests: Manifest[]) => unknown;
  readonly other?: Partial<Project>;
};

const counterExamples: Readonly<Record<string, readonly CounterExample[]>> = {
  'a Service leads to the pods of one workload, and to ports that they have': [
    { alter: written('"targetPort":"http"', '"targetPort":"https"', 'Service') },
    {
      alter: (manifests) =>
        ofKind(manifests, 'Service').forEach(({ spec }) => (spec ? (spec.selector = {}) : 0)),
    },
  ],
  'a network policy is for pods that are there, and speaks of ports that they have': [
    { alter: written('"port":4222', '"port":4223', 'NetworkPolicy') },
    { alter: written('"provisioner"', '"provision"', 'Job') },
    {
      alter: written(
        '"values":["service","provisioner"]',
        '"values":["servce","provisioner"]',
        'NetworkPolicy',
      ),
    },
  ],
  'a StatefulSet, an autoscaler and every probe name something that is there': [
    { alter: written('"serviceName":"nats-headless"', '"serviceName":"nats"') },
    { alter: written('"name":"laptops"}', '"name":"laptop"}', 'HorizontalPodAutoscaler') },
    { alter: written('"port":"probes"', '"port":"probe"', 'Deployment') },
  ],
  'every stream is kept by as many servers as there are': [
    { alter: written('"name":"STREAM_REPLICAS","value":"3"', '"name":"STREAM_REPLICAS","value":"1"', 'Job') },
  ],
  'NATS_URL names a Service and a port of it': [
    { alter: written('tls://nats:4222', 'tls://broker:4222', 'ConfigMap') },
    { alter: written('tls://nats:4222', 'tls://nats:4223', 'ConfigMap') },
  ],
  'the routes of the cluster lead to each of its servers': [
    {
      alter: (manifests) =>
        ofKind(manifests, 'StatefulSet').forEach(({ spec }) => (spec ? (spec.replicas = 5) : 0)),
    },
    { alter: written('nats-1.nats-headless', 'nats-1.nats', 'ConfigMap') },
  ],
  "the broker's configuration is about its own ports, volume and pid file": [
    { alter: written('0.0.0.0:4222', '0.0.0.0:4223', 'ConfigMap') },
    { alter: written('0.0.0.0:8222', '0.0.0.0:8223', 'ConfigMap') },
    { alter: written('"mountPath":"/data"', '"mountPath":"/streams"', 'StatefulSet') },
    { alter: written('"storage":"10Gi"', '"storage":"5Gi"', 'StatefulSet') },
    { alter: written('ldm=/run/nats/nats.pid', 'ldm=/run/nats.pid', 'StatefulSet') },
  ],
  'the broker stores what it acknowledges': [
    { alter: written('sync_interval: always', 'sync_interval: 2m', 'ConfigMap') },
  ],
  'every ConfigMap that is named is there, or made by hand': [
    { alter: written(/"name":"settings-\w+"/g, '"name":"setting"', 'Deployment') },
    { alter: written('"name":"token-keys"', '"name":"tokens"', 'Deployment') },
  ],
  'a service listens where its own defaults say, and callers find it on port 80': [
    { alter: written('"containerPort":5001', '"containerPort":5000', 'Deployment') },
    { alter: written('"containerPort":9000', '"containerPort":9001', 'Deployment') },
    { alter: written('"port":80', '"port":8080', 'Service') },
  ],
  'every variable is one that the process reads': [
    { alter: written('"LOG_LEVEL"', '"LOGLEVEL"', 'ConfigMap') },
    { alter: written('"PAST_MAX_HEAP_MIB"', '"PAST_HEAP_MIB"', 'Deployment') },
    { other: { provisionVariables: [] } },
  ],
  'every Secret that is needed, and its keys, is made by a command of the docs': [
    { other: { commands: project.commands.replace('generic nats-tls', 'tls nats-tls') } },
    { other: { commands: project.commands.replace('--from-file=ca.crt=ca.crt', '') } },
    { alter: written('"secretName":"ports-nkey"', '"secretName":"ports-seed"', 'Deployment') },
  ],
  'every file that a variable names is mounted': [
    { alter: written('/etc/portside/ca/ca.crt', '/etc/portside/ca.crt', 'ConfigMap') },
    { other: { commands: project.commands.replace('seed=laptops.nk', 'key=laptops.nk') } },
  ],
  'the user of a process and the inbox that this user may hear are among the roles': [
    { other: { roles: project.roles.replaceAll('$PORTS_NKEY', '$PORT_NKEY') } },
    { other: { roles: project.roles.replaceAll('_INBOX_laptops', '_INBOX_laptop') } },
    {
      // Kubernetes puts in only what stands before.
      alter: (manifests) =>
        workloadsOf(manifests).forEach((one) => {
          for (const container of podOf(one).containers) container.env = container.env?.toReversed() ?? [];
        }),
    },
  ],
  'the broker is told the public key of every role': [
    { other: { keyCommands: project.keyCommands.replace('importer operator', 'operator') } },
  ],
  'an image is one that the compose file builds or runs, by the same name and of this version': [
    { alter: written('portside-laptops:', 'portside-laptop:', 'Deployment') },
    { alter: written('nats:2.15.2-alpine', 'nats:2.9.0-alpine', 'StatefulSet') },
    { other: { version: '9.9.9' } },
  ],
  'both heaps of a pod, and what Node takes beyond them, fit into its memory': [
    { alter: written('--max-old-space-size=288', '--max-old-space-size=600', 'Deployment') },
    { alter: written('--max-old-space-size=288', '', 'Deployment') },
    { alter: written('"value":"192"', '"value":"2048"', 'Deployment') },
  ],
  'the broker ends its heap before its limit': [{ alter: written('460MiB', '512MiB', 'StatefulSet') }],
  'a pod gets the time to end that its process takes': [
    { alter: written('"SHUTDOWN_TIMEOUT_SECONDS":"15"', '"SHUTDOWN_TIMEOUT_SECONDS":"60"', 'ConfigMap') },
    {
      alter: written(
        '"terminationGracePeriodSeconds":60',
        '"terminationGracePeriodSeconds":30',
        'StatefulSet',
      ),
    },
  ],
};

const holding = suite('what stands in two places agrees');
for (const overlay of overlays) {
  if (rendered === undefined) holding.skip(overlay);
  else holding(overlay, () => assert.equal(findDisagreements(agreements, rendered[overlay], project), []));
}
holding.run();

const biting = suite('what does not agree is found');
biting('and no check is without a counter-example', () =>
  assert.equal(agreements.map(({ rule }) => rule).toSorted(), Object.keys(counterExamples).toSorted()),
);
for (const [rule, examples] of Object.entries(counterExamples)) {
  for (const [index, { alter = () => undefined, other = {} }] of examples.entries()) {
    const title = `${rule} (${index + 1})`;
    if (rendered === undefined) {
      biting.skip(title);
      continue;
    }
    biting(title, () => {
      const manifests = altered([...rendered['kubernetes/overlays/production']], alter);
      const found = findDisagreements(agreements, manifests, { ...project, ...other });
      // One change may be wrong in more than one respect.
      assert.ok(
        found.some((place) => place.endsWith(`: ${rule}`)),
        `only found: ${found.join('\n')}`,
      );
    });
  }
}
biting.run();
