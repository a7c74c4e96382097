import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as assert from 'uvu/assert';
import { ROOT } from '../../../setup/root.mjs';
import type { Outcome } from '../../checks.ts';
import type { Cluster } from '../nodes/cluster.ts';
import { runFolder } from '../nodes/program.ts';

/** Fields of a kustomization. Paths are relative to the checkout. */
export type Overlay = {
  readonly resources: readonly string[];
  readonly components?: readonly string[];
  readonly [field: string]: unknown;
};

/** Writes an overlay, as a user of the manifests would, and returns its folder. */
export async function writeOverlay(name: string, overlay: Overlay): Promise<string> {
  const folder = join(runFolder, 'overlays', name);
  await mkdir(folder, { recursive: true });
  const toFolder = (path: string) => relative(folder, join(ROOT, path));
  const { resources, components = [] } = overlay;
  const kustomization = {
    ...overlay,
    resources: resources.map(toFolder),
    components: components.map(toFolder),
  };
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  return folder;
}

/**
 * Compares the objects in the cluster with those of the overlay after defaults were applied. `kubectl apply` itself reports
 * disruption budgets and StatefulSets as configured each time, because it always sends their selectors and claim templates.
 */
export async function assertUnchanged(cluster: Cluster, overlay: string): Promise<Outcome> {
  const output = await cluster.kubectl('diff', `--kustomize=${join(ROOT, overlay)}`).catch(String);
  // The provisioner's Job is removed a minute after it has finished.
  const changed = Array.from(output.matchAll(/^diff .*\/(\S+)$/gm), ([, name]) => name).filter(
    (name) => name !== 'batch.v1.Job.portside.provision',
  );
  assert.equal(changed, [], output);
  assert.not.match(output, /^error/im);
  return { verdict: 'ok' };
}

export const production = 'kubernetes/overlays/production';

/** CPU request of the services in the test's variant. Two CPUs a node have no room for the pods of another node. */
const cpuRequest = '200m';

/** Applies the production overlay with smaller requests and, if given, another version of the images. */
export async function applyVariant(cluster: Cluster, newTag?: string): Promise<void> {
  const names = newTag === undefined ? [] : ['laptops', 'ports', 'provision'];
  const folder = await writeOverlay('production', {
    resources: [production],
    images: names.map((name) => ({ name: `registry.example.com/portside-${name}`, newTag })),
    patches: [
      {
        target: { kind: 'Deployment' },
        patch: `- { op: replace, path: /spec/template/spec/containers/0/resources/requests/cpu, value: ${cpuRequest} }`,
      },
    ],
  });
  // As documented: the Job is immutable, and is removed only a minute after it has finished.
  await cluster.kubectl('delete', 'job', 'provision', '--namespace=portside', '--ignore-not-found');
  await cluster.kubectl('apply', `--kustomize=${folder}`);
}
