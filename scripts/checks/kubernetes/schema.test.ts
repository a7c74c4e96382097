/** Manifests are rendered by kubectl and compared with Kubernetes' own types; what a person gets wrong is found. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { ROOT } from '../../setup/root.mjs';
import { findDisagreements } from './agreement.ts';
import { innerAgreements } from './inner-agreements.ts';
import { findKubectl } from './kubectl.ts';
import { environmentOf, ofKind } from './manifests.ts';
import { networkPolicies } from './network-policies.ts';
import { outerAgreements } from './outer-agreements.ts';
import { podPolicies } from './pod-policies.ts';
import { findViolations } from './policy.ts';
import { renderManifests } from './render.ts';
import { rolloutPolicies } from './rollout-policies.ts';
import { AnyObject, findSchemaFaults } from './schema.ts';
import { readProject } from './testing.ts';

const kubectl = await findKubectl();

const disruptionBudget = (spec: string, kind = 'PodDisruptionBudget') =>
  AnyObject.parse(parse(`{apiVersion: policy/v1, kind: ${kind}, metadata: {name: one}, spec: ${spec}}`));
const good = disruptionBudget('{maxUnavailable: 1, selector: {matchLabels: {a: b}}}');

const schema = suite('an object is what Kubernetes says, or it is said what is wrong');

schema('one that is right', async () => assert.equal(await findSchemaFaults([good]), []));
schema('one with a misspelt field', async () => {
  const faults = await findSchemaFaults([good, disruptionBudget('{maxUnavailable: 1, selektor: {}}')]);
  assert.is(faults.length, 1);
  assert.match(faults[0] ?? '', /^PodDisruptionBudget one: .*selektor.* does not exist/);
});
schema('one with a value of the wrong type', async () => {
  const faults = await findSchemaFaults([disruptionBudget('{selector: {matchLabels: {a: 1}}}'), good]);
  assert.is(faults.length, 1);
  assert.match(faults[0] ?? '', /'number' is not assignable to type 'string'/);
});
schema('one without a field that it needs', async () => {
  const job = AnyObject.parse(parse('{apiVersion: batch/v1, kind: Job, metadata: {name: one}, spec: {}}'));
  assert.match((await findSchemaFaults([job])).join(), /^Job one: Property 'template' is missing/);
});
schema('one of a kind or a version that there is not', async () => {
  const [kind = ''] = await findSchemaFaults([disruptionBudget('{}', 'PodDisruptionBugdet')]);
  assert.match(kind, /no exported member 'PodDisruptionBugdet'/);
  const [version = ''] = await findSchemaFaults([{ ...good, apiVersion: 'policy/v9' }]);
  assert.match(version, /Cannot find module .*policy\/v9/);
});
schema.run();

const rendering = suite('an overlay of your own');
if ('missing' in kubectl) {
  process.stdout.write(`skipped: ${kubectl.missing}\n`);
  rendering.skip('takes the third service, and a collector for traces');
} else {
  rendering('takes the third service, and a collector for traces', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portside-overlay-'));
    const from = (path: string) => JSON.stringify(relative(folder, join(ROOT, path)));
    const text = `
      resources: [${from('kubernetes/base')}, ${from('examples/chargers')}]
      components: [${from('kubernetes/components/tracing')}]
      namespace: portside
      images:
        - { name: portside-laptops, newTag: local }
        - { name: portside-ports, newTag: local }
        - { name: portside-chargers, newTag: local }
        - { name: portside-provision, newTag: local }`;
    writeFileSync(join(folder, 'kustomization.yaml'), text);
    try {
      const manifests = await renderManifests(kubectl.program, relative(ROOT, folder));
      const services = ofKind(manifests, 'Deployment');
      assert.equal(
        new Set(services.map(({ metadata }) => metadata?.name)),
        new Set(['laptops', 'ports', 'chargers']),
      );
      for (const service of services) {
        const endpoint = environmentOf(service, manifests).get('OTEL_EXPORTER_OTLP_ENDPOINT');
        assert.is(endpoint, 'http://collector.observability:4318');
      }
      const ways = ofKind(manifests, 'NetworkPolicy').flatMap(({ spec }) => spec?.egress ?? []);
      assert.ok(ways.some(({ ports }) => ports?.some(({ port }) => port === 4318)));
      const policies = [...podPolicies, ...rolloutPolicies, ...networkPolicies];
      assert.equal(findViolations(policies, manifests), []);
      const found = findDisagreements([...innerAgreements, ...outerAgreements], manifests, readProject());
      // The compose file does not build an example.
      assert.equal(found, [
        'Deployment chargers, portside-chargers:local: an image is one that the compose file builds or runs, by the same name and of this version',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
rendering.run();
