/** The Helm chart renders the same objects as the kustomizations, and validates its values. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../setup/command.mjs';
import { ROOT } from '../../setup/root.mjs';
import { chartFolder, comparable, productionValues, renderChart } from './chart.ts';
import { findHelm, findKubectl } from './client-programs.ts';
import { findConfigMap, ofKind, podOf, titleOf, workloadsOf, type Manifest } from './manifests.ts';
import { podPolicies } from './pod-policies.ts';
import { findViolations } from './policy-check.ts';
import { renderManifests, renderObjects, validate } from './render.ts';
import { rolloutPolicies } from './rollout-policies.ts';

const [helm, kubectl] = [await findHelm(), await findKubectl()];
const missing = [helm, kubectl].flatMap((found) => ('missing' in found ? [found.missing] : []));
if (missing.length > 0) process.stdout.write(`skipped: ${missing.join('; ')}\n`);
const programOf = (found: typeof helm) => ('program' in found ? found.program : 'missing');

const chart = suite('the Helm chart');
const test = missing.length > 0 ? chart.skip : chart;

const render = (...options: readonly string[]) => renderChart(programOf(helm), ...options);
const kustomize = (folder: string) => renderObjects(programOf(kubectl), folder);
const production = `--values=${productionValues}`;

for (const [overlay, options] of [
  ['kubernetes/overlays/local', []],
  ['kubernetes/overlays/production', [production]],
] as const) {
  test(`renders the objects of ${overlay}`, async () => {
    assert.equal(comparable(await render(...options)), comparable(await kustomize(overlay)));
  });
}
test('renders the objects of an overlay with a third service and traces', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'portside-overlay-'));
  const toFolder = (path: string) => relative(folder, join(ROOT, path));
  const overlay = {
    namespace: 'portside',
    resources: ['kubernetes/base', 'examples/chargers'].map(toFolder),
    components: ['kubernetes/components/secured', 'kubernetes/components/tracing'].map(toFolder),
    labels: [{ pairs: { 'app.kubernetes.io/part-of': 'portside' }, includeTemplates: true }],
    images: ['laptops', 'ports', 'provision', 'chargers'].map((name) => ({
      name: `portside-${name}`,
      newTag: 'local',
    })),
    configMapGenerator: [
      {
        name: 'settings',
        behavior: 'merge',
        literals: ['AUTH_ISSUER=https://issuer.example.com', 'AUTH_AUDIENCE=portside'],
      },
    ],
  };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(overlay));
  try {
    const rendered = await render(
      production,
      '--set=image.registry=,image.tag=local',
      '--set=services.chargers.image=portside-chargers',
      '--set=services.chargers.httpPort=5002,services.chargers.probePort=9002',
      '--set=tracing.endpoint=http://collector.observability:4318',
    );
    assert.equal(comparable(rendered), comparable(await kustomize(relative(ROOT, folder))));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
test('is not equal to another overlay', async () => {
  const local = comparable(await render());
  const other = comparable(await render('--set=services.ports.probePort=9002'));
  assert.equal(
    Object.keys(local).filter((name) => JSON.stringify(local[name]) !== JSON.stringify(other[name])),
    ['Deployment ports'],
  );
});

const gauges = '--set=services.gauges.image=registry.example.com/gauges:1.0.0';
const gaugePorts = '--set=services.gauges.httpPort=5003,services.gauges.probePort=9003';

/** Renders the chart, and checks the objects as those of the kustomizations are checked. */
async function renderValid(...options: readonly string[]): Promise<readonly Manifest[]> {
  const manifests = await validate(await render(...options), 'the chart');
  // Helm does not create the namespace.
  const namespace = ofKind(await renderManifests(programOf(kubectl), 'kubernetes/base'), 'Namespace');
  assert.equal(findViolations([...podPolicies, ...rolloutPolicies], [...manifests, ...namespace]), []);
  return manifests;
}

test('renders a service made by portside new, whose image contains its stream', async () => {
  const manifests = await renderValid(gauges, gaugePorts, '--set=services.gauges.provision=true');
  assert.equal(manifests.filter(({ metadata }) => metadata?.name?.includes('gauges')).map(titleOf), [
    'Service gauges',
    'Deployment gauges',
    'Job gauges-provision-1',
  ]);
  const job = ofKind(manifests, 'Job').find(({ metadata }) => metadata?.name === 'gauges-provision-1');
  const [container] = job === undefined ? [] : podOf(job).containers;
  assert.is(container?.image, 'registry.example.com/gauges:1.0.0');
  assert.equal(container?.command?.slice(2), ['provision', '--wait', 'streams']);
});
test('renders only other services', async () => {
  const manifests = await renderValid(
    gauges,
    gaugePorts,
    '--set=services.gauges.provision=true,services.laptops=null,services.ports=null,provisioner.image=',
  );
  const names = [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'Job')].map(titleOf);
  assert.equal(names, ['Deployment gauges', 'Job gauges-provision-1']);
});
test('connects to servers that exist already', async () => {
  const urls = String.raw`tls://nats.example.com\,tls://other.example.com:4333`;
  const external = `--set=nats.url=${urls},networkPolicies.nats[0].ipBlock.cidr=192.0.2.0/24`;
  const manifests = await renderValid(production, external);
  assert.equal(ofKind(manifests, 'StatefulSet'), []);
  const names = manifests.map(({ metadata }) => metadata?.name);
  assert.not.ok(names.some((name) => ['nats', 'nats-headless', 'nats-roles'].includes(name ?? '')));
  assert.is(
    findConfigMap(manifests, 'settings')?.data?.['NATS_URL'],
    'tls://nats.example.com,tls://other.example.com:4333',
  );
  const policy = ofKind(manifests, 'NetworkPolicy').find(({ metadata }) => metadata?.name === 'nats-clients');
  assert.equal(policy?.spec?.egress, [
    {
      to: [{ ipBlock: { cidr: '192.0.2.0/24' } }],
      ports: [4222, 4333].map((port) => ({ port, protocol: 'TCP' })),
    },
  ]);
});
test('names images by registry, name and tag, unless they have a tag or digest', async () => {
  const digest = `quay.io/ports@sha256:${'0'.repeat(64)}`;
  const manifests = await renderValid(
    '--set=image.registry=localhost:5000/team,image.tag=,image.pullSecrets[0].name=registry',
    `--set=services.ports.image=${digest}`,
  );
  const images = ofKind(manifests, 'Deployment').map((one) => podOf(one).containers[0]?.image);
  assert.equal(images, ['localhost:5000/team/portside-laptops:0.1.0', digest]);
  for (const workload of workloadsOf(manifests))
    assert.equal(podOf(workload).imagePullSecrets, [{ name: 'registry' }]);
});

/** Returns the annotations of the pods by workload. */
const digests = (manifests: readonly Manifest[]) =>
  Object.fromEntries(
    [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'StatefulSet')].map(({ metadata, spec }) => [
      metadata?.name,
      JSON.stringify(spec?.template.metadata?.annotations),
    ]),
  );

test('restarts the pods whose configuration changes, and no others', async () => {
  const original = digests(await renderValid());
  const changedBy = async (...options: readonly string[]) => {
    const changed = digests(await renderValid(...options));
    return Object.keys(original).filter((name) => original[name] !== changed[name]);
  };
  assert.equal(await changedBy('--set=settings.LOG_LEVEL=debug'), ['laptops', 'ports']);
  assert.equal(await changedBy('--set=nats.storage.maxFileStore=4GB'), ['nats']);
  assert.equal(await changedBy('--set=services.ports.replicas=2,services.ports.maxReplicas=3'), []);
});
test('sets the size of the file store, the class of the volumes and the users of NATS', async () => {
  const manifests = await renderValid(
    production,
    '--set=nats.storage.maxFileStore=4GB,nats.storage.className=fast,nats.roles=accounts {}',
  );
  assert.match(findConfigMap(manifests, 'nats')?.data?.['nats.conf'] ?? '', /^ {2}max_file_store: 4GB$/m);
  assert.equal(findConfigMap(manifests, 'nats-roles')?.data, { 'nats-roles.conf': 'accounts {}' });
  const [broker] = ofKind(manifests, 'StatefulSet');
  assert.is(broker?.spec?.volumeClaimTemplates?.[0]?.spec?.storageClassName, 'fast');
});
chart.run();

const values = suite('the values of the Helm chart');

/** Values that are rejected, with the error. */
const rejected = {
  'image.tga=1': "at '/image': additional properties 'tga' not allowed",
  'settings.READY_GRACE_SECONDS=5': "at '/settings/READY_GRACE_SECONDS': got number, want string",
  'services.gauges.image=gauges': "at '/services/gauges': missing properties 'httpPort', 'probePort'",
  'services.laptops.httpPort=80': "at '/services/laptops/httpPort': minimum: got 80, want 1,024",
  'nats.replicas=2': "at '/nats/replicas': value must be one of 1, 3",
  'nats.url=nats.example.com:4222': "at '/nats/url': 'nats.example.com:4222' does not match pattern",
  'nats.secured=true': 'nats.secured needs nats.replicas=3',
  'auth.enabled=true': 'auth.issuer is required, because auth.enabled is true',
};
for (const [value, error] of Object.entries(rejected)) {
  const title = `reject ${value}`;
  if (missing.length > 0) values.skip(title);
  else {
    values(title, async () => {
      const output = await render(`--set=${value}`).then(() => 'accepted', String);
      assert.ok(output.includes(error), output);
    });
  }
}
for (const [name, options] of [
  ['values.yaml', []],
  ['values-production.yaml', [production]],
] as const) {
  const title = `pass helm lint --strict in ${name}`;
  if (missing.length > 0) values.skip(title);
  else
    values(title, () =>
      runCommand(programOf(helm), ['lint', '--strict', chartFolder, ...options]).then(() => undefined),
    );
}
values.run();
