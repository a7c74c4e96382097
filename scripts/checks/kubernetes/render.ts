/** Kustomizations, rendered by a real `kubectl kustomize`. */

import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { runCommand } from '../../setup/command.mjs';
import { ROOT } from '../../setup/root.mjs';
import type { Manifest } from './manifests.ts';
import { AnyObject, findSchemaFaults } from './schema.ts';

/** @param folder of the kustomization, from the checkout: `kubernetes/overlays/local`. */
export async function renderObjects(kubectl: string, folder: string): Promise<AnyObject[]> {
  const text = await runCommand(kubectl, ['kustomize', join(ROOT, folder)]);
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return AnyObject.parse(document.toJS());
  });
}

/** @throws Error when an object is not what Kubernetes' API says. */
export async function renderManifests(kubectl: string, folder: string): Promise<Manifest[]> {
  const objects = await renderObjects(kubectl, folder);
  const faults = await findSchemaFaults(objects);
  if (faults.length > 0) throw new Error(`${folder}:\n${faults.join('\n')}`);
  // The compiler has just compared each object with the type of its kind.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return objects as unknown as Manifest[];
}
