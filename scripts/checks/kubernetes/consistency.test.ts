/** Checks that the manifests follow the consistency rules, and that each rule detects a change to only one of the values. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findInconsistencies, type Project } from './consistency-rule.ts';
import { manifestConsistencyRules } from './manifest-consistency.ts';
import { ofKind, podOf, workloadsOf, type Manifest } from './manifests.ts';
import { projectConsistencyRules } from './project-consistency.ts';
import { withChange, overlays, readProject, renderOverlays, services } from './testing.ts';

const rules = [...manifestConsistencyRules, ...projectConsistencyRules];
const rendered = await renderOverlays();
const project = readProject();

/** Replaces text in all objects, or in those of one kind. */
const replaced =
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
  'a Service selects the pods of exactly one workload and targets existing ports': [
    { alter: replaced('"targetPort":"http"', '"targetPort":"https"', 'Service') },
    {
      alter: (manifests) =>
        ofKind(manifests, 'Service').forEach(({ spec }) => (spec ? (spec.selector = {}) : 0)),
    },
  ],
  'a network policy selects existing pods and existing ports': [
    { alter: replaced('"port":4222', '"port":4223', 'NetworkPolicy') },
    { alter: replaced('"provisioner"', '"provision"', 'Job') },
    {
      alter: replaced(
        '"values":["service","provisioner"]',
        '"values":["servce","provisioner"]',
        'NetworkPolicy',
      ),
    },
  ],
  'StatefulSets and probes refer to suitable Services and existing ports': [
    { alter: replaced('"serviceName":"nats-headless"', '"serviceName":"nats"') },
    { alter: replaced('"port":"probes"', '"port":"probe"', 'Deployment') },
  ],
  'the number of stream replicas equals the number of brokers': [
    {
      alter: replaced('"name":"STREAM_REPLICAS","value":"3"', '"name":"STREAM_REPLICAS","value":"1"', 'Job'),
    },
  ],
  'NATS_URL refers to an existing Service and port': [
    { alter: replaced('tls://nats:4222', 'tls://broker:4222', 'ConfigMap') },
    { alter: replaced('tls://nats:4222', 'tls://nats:4223', 'ConfigMap') },
  ],
  'the cluster routes contain every server': [
    {
      alter: (manifests) =>
        ofKind(manifests, 'StatefulSet').forEach(({ spec }) => (spec ? (spec.replicas = 5) : 0)),
    },
    { alter: replaced('nats-1.nats-headless', 'nats-1.nats', 'ConfigMap') },
  ],
  "the broker's configuration matches its ports, volume and pid file": [
    { alter: replaced('0.0.0.0:4222', '0.0.0.0:4223', 'ConfigMap') },
    { alter: replaced('0.0.0.0:8222', '0.0.0.0:8223', 'ConfigMap') },
    { alter: replaced('"mountPath":"/data"', '"mountPath":"/streams"', 'StatefulSet') },
    { alter: replaced('"storage":"10Gi"', '"storage":"5Gi"', 'StatefulSet') },
    { alter: replaced('ldm=/run/nats/nats.pid', 'ldm=/run/nats.pid', 'StatefulSet') },
  ],
  'the broker syncs every write to disk': [
    { alter: replaced('sync_interval: always', 'sync_interval: 2m', 'ConfigMap') },
  ],
  'every referenced ConfigMap exists or is created by a documented command': [
    { alter: replaced(/"name":"settings-\w+"/g, '"name":"setting"', 'Deployment') },
    { alter: replaced('"name":"token-keys"', '"name":"tokens"', 'Deployment') },
  ],
  'a service uses its default ports, and its Service has port 80': [
    { alter: replaced('"containerPort":5001', '"containerPort":5000', 'Deployment') },
    { alter: replaced('"containerPort":9000', '"containerPort":9001', 'Deployment') },
    { alter: replaced('"port":80', '"port":8080', 'Service') },
  ],
  'every environment variable is known to the process': [
    { alter: replaced('"LOG_LEVEL"', '"LOGLEVEL"', 'ConfigMap') },
    { alter: replaced('"POINT_IN_TIME_MAX_HEAP_MIB"', '"POINT_IN_TIME_HEAP_MIB"', 'Deployment') },
    { other: { provisionVariables: [] } },
  ],
  'every required Secret and its keys are created by a documented command': [
    { other: { commands: project.commands.replace('generic nats-tls', 'tls nats-tls') } },
    { other: { commands: project.commands.replace('--from-file=ca.crt=ca.crt', '') } },
    { alter: replaced('"secretName":"ports-nkey"', '"secretName":"ports-seed"', 'Deployment') },
  ],
  'every file named by a variable is mounted': [
    { alter: replaced('/etc/portside/ca/ca.crt', '/etc/portside/ca.crt', 'ConfigMap') },
    { other: { commands: project.commands.replace('seed=laptops.nk', 'key=laptops.nk') } },
  ],
  'the NATS user and inbox prefix of a process belong to a role': [
    { other: { roles: project.roles.replaceAll('$PORTS_NKEY', '$PORT_NKEY') } },
    { other: { roles: project.roles.replaceAll('_INBOX_laptops', '_INBOX_laptop') } },
    {
      // Kubernetes expands only variables that are defined earlier in the list.
      alter: (manifests) =>
        workloadsOf(manifests).forEach((one) => {
          for (const container of podOf(one).containers) container.env = container.env?.toReversed() ?? [];
        }),
    },
  ],
  'the broker has the public key of every role': [
    { other: { keyCommands: project.keyCommands.replace('importer operator', 'operator') } },
  ],
  'an image is built or used by the compose file, with the same name and this version': [
    { alter: replaced('portside-laptops:', 'portside-laptop:', 'Deployment') },
    { alter: replaced('nats:2.15.2-alpine', 'nats:2.9.0-alpine', 'StatefulSet') },
    { other: { version: '9.9.9' } },
  ],
  'the heaps of a pod and the memory that Node needs beyond them fit into its limit': [
    { alter: replaced('--max-old-space-size=288', '--max-old-space-size=600', 'Deployment') },
    { alter: replaced('--max-old-space-size=288', '', 'Deployment') },
    { alter: replaced('"value":"192"', '"value":"2048"', 'Deployment') },
  ],
  "the broker's heap limit is below its memory limit": [
    { alter: replaced('460MiB', '512MiB', 'StatefulSet') },
  ],
  'the termination grace period exceeds the shutdown time of the process': [
    { alter: replaced('"SHUTDOWN_TIMEOUT_SECONDS":"15"', '"SHUTDOWN_TIMEOUT_SECONDS":"60"', 'ConfigMap') },
    {
      alter: replaced(
        '"terminationGracePeriodSeconds":60',
        '"terminationGracePeriodSeconds":30',
        'StatefulSet',
      ),
    },
  ],
};

const consistency = suite('the consistency rules');
for (const overlay of overlays) {
  const title = `hold in ${overlay}`;
  if (rendered === undefined) consistency.skip(title);
  else {
    consistency(title, () => assert.equal(findInconsistencies(rules, rendered[overlay], project), []));
    consistency(`deploy every service in ${overlay}`, () =>
      assert.equal(
        ofKind(rendered[overlay], 'Deployment').map(({ metadata }) => metadata?.name),
        services.map(({ contract }) => contract.name),
      ),
    );
  }
}
consistency.run();

const violations = suite('the consistency rules, with a counter-example');
violations('have one for each rule', () =>
  assert.equal(rules.map(({ rule }) => rule).toSorted(), Object.keys(counterExamples).toSorted()),
);
for (const [rule, examples] of Object.entries(counterExamples)) {
  for (const [index, { alter = () => undefined, other = {} }] of examples.entries()) {
    const title = `detect a violation of "${rule}" (${index + 1})`;
    if (rendered === undefined) {
      violations.skip(title);
      continue;
    }
    violations(title, () => {
      const manifests = withChange([...rendered['kubernetes/overlays/production']], alter);
      const found = findInconsistencies(rules, manifests, { ...project, ...other });
      // A change may violate several rules.
      assert.ok(
        found.some((inconsistency) => inconsistency.endsWith(`: ${rule}`)),
        `only found: ${found.join('\n')}`,
      );
    });
  }
}
violations.run();
