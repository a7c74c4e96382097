import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { runCommand } from '../../setup/command.mjs';
import { ROOT } from '../../setup/root.mjs';
import type { Manifest } from './manifests.ts';
import { AnyObject, findSchemaErrors } from './schema.ts';

/** Renders a kustomization with `kubectl kustomize`. @param folder relative to the checkout, such as `kubernetes/overlays/local` */
export async function renderObjects(kubectl: string, folder: string): Promise<AnyObject[]> {
  const text = await runCommand(kubectl, ['kustomize', join(ROOT, folder)]);
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return AnyObject.parse(document.toJS());
  });
}

/** Renders a kustomization and validates the objects. @throws Error if an object does not match the Kubernetes API */
export async function renderManifests(kubectl: string, folder: string): Promise<Manifest[]> {
  const objects = await renderObjects(kubectl, folder);
  const errors = await findSchemaErrors(objects);
  if (errors.length > 0) throw new Error(`${folder}:\n${errors.join('\n')}`);
  // Safe: `findSchemaErrors` has checked each object against the type of its kind.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return objects as unknown as Manifest[];
}
