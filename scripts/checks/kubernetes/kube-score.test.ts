import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findKubeScore } from '../cluster/build/programs.ts';
import { findScoreFailures } from './kube-score.ts';
import { containersOf, type Manifest } from './manifests.ts';
import { overlays, renderOverlays, withChange } from './testing.ts';

const rendered = await renderOverlays();
const kubeScore = await findKubeScore();
if (kubeScore === undefined) {
  process.stdout.write(
    'skipped: kube-score is not built; npm test builds it with Go if PORTSIDE_TEST_GO_INSTALL is 1\n',
  );
}

const scores = suite('kube-score');
const test = rendered === undefined || kubeScore === undefined ? scores.skip : scores;
const score = (manifests: readonly Manifest[]) => findScoreFailures(kubeScore ?? '', manifests);

for (const overlay of overlays) {
  test(`finds nothing in ${overlay}`, () => assert.equal(score(rendered?.[overlay] ?? []), []));
}
test('reports a violation of a default and of an enabled rule', () => {
  const found = score(
    withChange([...(rendered?.['kubernetes/overlays/production'] ?? [])], (manifests) => {
      for (const { container } of containersOf(manifests)) {
        delete container.securityContext?.readOnlyRootFilesystem;
        Object.assign(container.resources?.requests ?? {}, { memory: '64Mi' });
      }
    }),
  );
  for (const rule of [
    'container-security-context-readonlyrootfilesystem',
    'container-memory-requests-equal-limits',
  ]) {
    assert.match(found.join('\n'), new RegExp(`^${rule}: Deployment laptops: `, 'm'));
  }
});
scores.run();
