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

/** Renders a kustomization and validates the objects. */
export async function renderManifests(kubectl: string, folder: string): Promise<Manifest[]> {
  return validate(await renderObjects(kubectl, folder), folder);
}

/** Returns the objects. @throws Error with their source if one does not match the Kubernetes API */
export async function validate(objects: readonly AnyObject[], source: string): Promise<Manifest[]> {
  const errors = await findSchemaErrors(objects);
  if (errors.length > 0) throw new Error(`${source}:\n${errors.join('\n')}`);
  // Safe: `findSchemaErrors` has checked each object against the type of its kind.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return objects as unknown as Manifest[];
}
