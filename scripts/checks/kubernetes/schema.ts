/**
 * Validates manifests against the published types of the Kubernetes API with the TypeScript compiler. Object literals must not
 * have unknown fields, so the compiler detects misspelt fields, which the API server would drop or reject.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../../src/kit/domain/error-message.ts';
import { runCommand } from '../../setup/command.mjs';
import { ROOT } from '../../setup/root.mjs';

/** The fields that every Kubernetes object has. */
export const AnyObject = z.looseObject({
  apiVersion: z.string().regex(/^([a-z0-9.-]+\/)?v\d+((alpha|beta)\d+)?$/),
  kind: z.string().regex(/^[A-Za-z]+$/),
  metadata: z.looseObject({ name: z.string() }),
});
export type AnyObject = z.infer<typeof AnyObject>;

/** Returns one line for each error in the objects. Kinds that Kubernetes 1.30 does not have are errors. */
export async function findSchemaErrors(objects: readonly AnyObject[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-manifests-'));
  const file = join(folder, 'manifests.ts');
  // One line per object, so that the line number of a compiler error identifies the object.
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
    const output = messageOf(error);
    const errors = Array.from(
      output.matchAll(/manifests\.ts\((\d+),\d+\): error TS\d+: (.+(?:\n {2,}.+)*)/g),
      ([, line, error]) => `${describe(objects[Number(line) - 1])}: ${error}`,
    );
    if (errors.length === 0) throw error;
    return errors;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function describe(object: AnyObject | undefined): string {
  return `${object?.kind} ${object?.metadata.name}`;
}
