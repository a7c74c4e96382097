/** The manifests of a package that `portside new` creates follow the rules of this repository's manifests. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createNewPackage } from '../../../test/support/package/new-package.ts';
import { ROOT } from '../../setup/root.mjs';
import { findKubeScore } from '../cluster/build/programs.ts';
import { findInconsistencies } from './consistency-rule.ts';
import { findScoreFailures } from './kube-score.ts';
import { findKubectl } from './client-programs.ts';
import { manifestConsistencyRules } from './manifest-consistency.ts';
import { ofKind } from './manifests.ts';
import { podPolicies } from './pod-policies.ts';
import { findViolations } from './policy-check.ts';
import { projectConsistencyRules } from './project-consistency.ts';
import { renderManifests } from './render.ts';
import { rolloutPolicies } from './rollout-policies.ts';
import { readProject } from './testing.ts';

const { folder, service } = await createNewPackage('lamps');
const kubectl = await findKubectl();
const kubeScore = await findKubeScore();
const manifests = suite('the manifests of a new service');

if ('missing' in kubectl) {
  process.stdout.write(`skipped: ${kubectl.missing}\n`);
  manifests.skip('follow every rule, beside the broker of this repository');
} else {
  manifests('follow every rule, beside the broker of this repository', async () => {
    const overlay = mkdtempSync(join(tmpdir(), 'portside-overlay-'));
    const from = (path: string) => JSON.stringify(relative(overlay, path));
    const resources = [join(ROOT, 'kubernetes/overlays/local'), join(folder, 'kubernetes')].map(from);
    writeFileSync(
      join(overlay, 'kustomization.yaml'),
      `namespace: portside\nresources: [${resources.join(', ')}]\n`,
    );
    try {
      const rendered = await renderManifests(kubectl.program, relative(ROOT, overlay));
      const names = ofKind(rendered, 'Deployment').map(({ metadata }) => metadata?.name);
      assert.ok(names.includes(service.contract.name), names.join());
      assert.equal(findViolations([...podPolicies, ...rolloutPolicies], rendered), []);
      if (kubeScore === undefined) process.stdout.write('skipped: kube-score is not built\n');
      else assert.equal(findScoreFailures(kubeScore, rendered), []);
      const project = readProject();
      const { contract, defaults } = service;
      const found = findInconsistencies([...manifestConsistencyRules, ...projectConsistencyRules], rendered, {
        ...project,
        services: [...project.services, { name: contract.name, defaults }],
        compose: project.compose + readFileSync(join(folder, 'compose.yaml'), 'utf8'),
      });
      assert.equal(found, []);
    } finally {
      rmSync(overlay, { recursive: true });
    }
  });
}
manifests.run();
