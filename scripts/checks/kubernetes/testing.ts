/** Shared by the manifest tests: the rendered overlays, and the project files that must match them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { variablesOfProvisioner, variablesOfService } from '../../../src/kit/runtime/config/config.ts';
import { findServices } from '../../services.ts';
import { ROOT } from '../../setup/root.mjs';
import type { Project } from './consistency-rule.ts';
import { findKubectl } from './client-programs.ts';
import type { Manifest } from './manifests.ts';
import { renderManifests } from './render.ts';

export const overlays = ['kubernetes/overlays/local', 'kubernetes/overlays/production'] as const;

export type Rendered = Readonly<Record<(typeof overlays)[number], readonly Manifest[]>>;

/** Renders both overlays. Without kubectl, prints the reason for skipped tests and returns undefined. */
export async function renderOverlays(): Promise<Rendered | undefined> {
  const kubectl = await findKubectl();
  if ('missing' in kubectl) {
    process.stdout.write(`skipped: ${kubectl.missing}\n`);
    return undefined;
  }
  const [local, production] = await Promise.all(
    overlays.map((overlay) => renderManifests(kubectl.program, overlay)),
  );
  if (local === undefined || production === undefined) throw new Error('expected two overlays');
  return { 'kubernetes/overlays/local': local, 'kubernetes/overlays/production': production };
}

/** The services whose manifests are in `kubernetes/`. */
export const services = await findServices('src');

const allServices = [...services, ...(await findServices('examples'))];

export function readProject(): Project {
  const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
  return {
    services: allServices.map(({ contract: { name }, defaults }) => ({ name, defaults })),
    serviceVariables: variablesOfService({ httpPort: 0, probePort: 0 }),
    provisionVariables: variablesOfProvisioner(),
    commands: read('docs/kubernetes.md'),
    keyCommands: read('docs/security.md'),
    roles: read('docker/nats-roles.conf'),
    compose: read('docker/compose.yaml'),
    version: /"version": "([^"]+)"/.exec(read('package.json'))?.[1] ?? '',
  };
}

/** Returns a copy with a change applied. */
export function withChange<T>(original: T, alter: (copy: T) => unknown): T {
  const copy = structuredClone(original);
  alter(copy);
  return copy;
}
