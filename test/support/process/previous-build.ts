/** Checks out the services as they were before the last commit that changed them, for tests of a rolling update. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Files and folders that a service needs. */
const sources = ['src', 'streams', 'package.json', 'tsconfig.json', 'samples'];

export type PreviousBuild = {
  /** Returns the entry point of a service, `src/<name>/main.ts`. */
  entryOf(name: string): URL;
  remove(): Promise<void>;
};

/**
 * Creates a checkout that uses the installed packages.
 *
 * @throws if there is no repository or its history is too short.
 */
export async function checkOutPreviousBuild(): Promise<PreviousBuild> {
  const git = async (...args: string[]) => (await run('git', ['-C', root, ...args])).stdout.trim();
  const commit = await git('rev-list', '--max-count=1', '--skip=1', 'HEAD', '--', 'src', 'streams');
  if (commit === '') throw new Error('this clone has no commit before the last change to the services');
  const folder = await mkdtemp(join(tmpdir(), 'portside-previous-'));
  const archive = join(folder, 'previous.tar');
  await git('archive', '--output', archive, commit, ...sources);
  await run('tar', ['-xf', archive, '-C', folder]);
  await linkPackages(folder);
  return {
    entryOf: (name) => pathToFileURL(join(folder, 'src', name, 'main.ts')),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Links the installed packages, except workspace packages, which come from the checkout itself. */
async function linkPackages(folder: string): Promise<void> {
  const [installed, linked] = [root, folder].map((checkout) => join(checkout, 'node_modules'));
  if (installed === undefined || linked === undefined) return;
  await mkdir(join(linked, '@portside'), { recursive: true });
  await symlink(join(folder, 'src', 'kit'), join(linked, '@portside', 'kit'));
  for (const name of await readdir(installed)) {
    if (name !== '@portside') await symlink(join(installed, name), join(linked, name));
  }
}
