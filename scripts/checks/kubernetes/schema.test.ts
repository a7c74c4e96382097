import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { ROOT } from '../../setup/root.mjs';
import { findInconsistencies } from './consistency-rule.ts';
import { manifestConsistencyRules } from './manifest-consistency.ts';
import { findKubectl } from './client-programs.ts';
import { environmentOf, ofKind } from './manifests.ts';
import { projectConsistencyRules } from './project-consistency.ts';
import { podPolicies } from './pod-policies.ts';
import { findViolations } from './policy-check.ts';
import { renderManifests } from './render.ts';
import { rolloutPolicies } from './rollout-policies.ts';
import { AnyObject, findSchemaErrors } from './schema.ts';
import { readProject } from './testing.ts';

const kubectl = await findKubectl();

const disruptionBudget = (spec: string, kind = 'PodDisruptionBudget') =>
  AnyObject.parse(parse(`{apiVersion: policy/v1, kind: ${kind}, metadata: {name: one}, spec: ${spec}}`));
const valid = disruptionBudget('{maxUnavailable: 1, selector: {matchLabels: {a: b}}}');

const schema = suite('findSchemaErrors');

schema('accepts a valid object', async () => assert.equal(await findSchemaErrors([valid]), []));
schema('reports a misspelt field', async () => {
  const errors = await findSchemaErrors([valid, disruptionBudget('{maxUnavailable: 1, selektor: {}}')]);
  assert.is(errors.length, 1);
  assert.match(errors[0] ?? '', /^PodDisruptionBudget one: .*selektor.* does not exist/);
});
schema('reports a value of the wrong type', async () => {
  const errors = await findSchemaErrors([disruptionBudget('{selector: {matchLabels: {a: 1}}}'), valid]);
  assert.is(errors.length, 1);
  assert.match(errors[0] ?? '', /'number' is not assignable to type 'string'/);
});
schema('reports a missing required field', async () => {
  const job = AnyObject.parse(parse('{apiVersion: batch/v1, kind: Job, metadata: {name: one}, spec: {}}'));
  assert.match((await findSchemaErrors([job])).join(), /^Job one: Property 'template' is missing/);
});
schema('reports an unknown kind or version', async () => {
  const [kind = ''] = await findSchemaErrors([disruptionBudget('{}', 'PodDisruptionBugdet')]);
  assert.match(kind, /no exported member 'PodDisruptionBugdet'/);
  const [version = ''] = await findSchemaErrors([{ ...valid, apiVersion: 'policy/v9' }]);
  assert.match(version, /Cannot find module .*policy\/v9/);
});
schema.run();

const customOverlay = suite('a custom overlay');
if ('missing' in kubectl) {
  process.stdout.write(`skipped: ${kubectl.missing}\n`);
  customOverlay.skip('can include a third service and a trace collector');
} else {
  customOverlay('can include a third service and a trace collector', async () => {
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
      const egressRules = ofKind(manifests, 'NetworkPolicy').flatMap(({ spec }) => spec?.egress ?? []);
      assert.ok(egressRules.some(({ ports }) => ports?.some(({ port }) => port === 4318)));
      const policies = [...podPolicies, ...rolloutPolicies];
      assert.equal(findViolations(policies, manifests), []);
      const found = findInconsistencies(
        [...manifestConsistencyRules, ...projectConsistencyRules],
        manifests,
        readProject(),
      );
      // The compose file does not build an example.
      assert.equal(found, [
        'Deployment chargers, portside-chargers:local: an image is built or used by the compose file, with the same name and this version',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
customOverlay.run();
