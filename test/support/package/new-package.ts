/** Creates a package with `portside new` from the sources of this checkout, without installing it. */

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/setup/root.mjs';
import { typescriptArgs } from '../../../scripts/typescript-args.ts';
import type { Service } from '../../../src/kit/domain/service/service.ts';
import { loadService } from '../../../src/kit/launch/load-service.ts';
import { runProgram } from './kit-package.ts';

export type NewPackage = {
  readonly folder: string;
  /** The definition that the package exports. */
  readonly service: Service;
};

/** The folder is removed when the process exits. */
export async function createNewPackage(name: string): Promise<NewPackage> {
  const parent = mkdtempSync(join(tmpdir(), 'portside-new-'));
  process.once('exit', () => rmSync(parent, { recursive: true }));
  // Node resolves the loader for TypeScript from the working directory.
  symlinkSync(join(ROOT, 'node_modules'), join(parent, 'node_modules'));
  const portside = [...typescriptArgs, join(ROOT, 'src/kit/cli/portside.ts')];
  runProgram(process.execPath, [...portside, 'new', name], parent);
  const folder = join(parent, name);
  return { folder, service: await loadService(join(folder, 'src/service.ts')) };
}
