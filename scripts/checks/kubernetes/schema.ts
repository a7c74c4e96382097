/**
 * Whether manifests are what Kubernetes' API says: the compiler compares each with the published types. A literal may
 * have no field that its type does not know, so that a misspelt one is found, which the API server would drop or refuse.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from '../../setup/command.mjs';
import { ROOT } from '../../setup/root.mjs';

/** Anything that calls itself an object of Kubernetes. */
export const AnyObject = z.looseObject({
  apiVersion: z.string().regex(/^([a-z0-9.-]+\/)?v\d+((alpha|beta)\d+)?$/),
  kind: z.string().regex(/^[A-Za-z]+$/),
  metadata: z.looseObject({ name: z.string() }),
});
export type AnyObject = z.infer<typeof AnyObject>;

/** What is wrong with the objects, a line each; a kind that Kubernetes 1.30 does not have is wrong too. */
export async function findSchemaFaults(objects: readonly AnyObject[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-manifests-'));
  const file = join(folder, 'manifests.ts');
  // A line an object, so that the compiler's line number is the object's.
  const lines = objects.map((object, index) => {
    const { apiVersion, kind } = object;
    const [version = '', group = 'core'] = apiVersion.split('/').toReversed();
    const types = join(ROOT, 'node_modules/kubernetes-types', group.split('.')[0] ?? '', `${version}.js`);
    return `export const object${index}: import(${JSON.stringify(types)}).${kind} = ${JSON.stringify(object)};`;
  });
  try {
    await writeFile(file, `${lines.join('\n')}\n`);
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--ignoreConfig',
      '--types',
      '',
      '--target',
      'es2023',
    ];
    const modules = ['--module', 'nodenext', '--pretty', 'false'];
    await runCommand(process.execPath, [tsc, ...options, ...modules, file], { cwd: folder });
    return [];
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const faults = Array.from(
      said.matchAll(/manifests\.ts\((\d+),\d+\): error TS\d+: (.+(?:\n {2,}.+)*)/g),
      ([, line, fault]) => `${describe(objects[Number(line) - 1])}: ${fault}`,
    );
    if (faults.length === 0) throw error;
    return faults;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function describe(object: AnyObject | undefined): string {
  return `${object?.kind} ${object?.metadata.name}`;
}
