/**
 * Identifies the code that folds a service's streams. A snapshot is used only by the code that wrote it, because any module
 * that `evolve`, an upcaster or a schema uses can change the result of a fold.
 */

import { createHash, type Hash } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Service } from '../domain/service/service.ts';

/** Extensions of the files that can be imported. */
const moduleExtensions = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json', '.wasm', '.node']);
/** Files that record the installed versions of all dependencies. Those of the nearest folder are used. */
const lockFiles = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  join('node_modules', '.package-lock.json'),
];
const concurrency = 32;

/** Returns the `foldVersion` of the service's definition, or a digest of its code. */
export async function foldVersionOf({
  foldVersion,
  module,
}: Pick<Service, 'foldVersion' | 'module'>): Promise<string> {
  return foldVersion ?? (await digestCode(module));
}

/**
 * Returns a digest of every module file of the package that contains `module` and of the kit, of the installed versions of
 * the dependencies, and of the version of Node.js. Two processes with the same digest fold a stream to the same state.
 *
 * @param module `import.meta.url` of a module of the service.
 */
async function digestCode(module: string): Promise<string> {
  const folder = await findPackage(dirname(fileURLToPath(module)));
  const kit = await findPackage(dirname(fileURLToPath(import.meta.url)));
  const hash = createHash('sha256').update(process.versions.node);
  await addFiles(hash, folder, await listModules(folder));
  await addFiles(hash, kit, await listModules(kit));
  await addFiles(hash, folder, await findLockFiles(folder));
  return hash.digest('base64url');
}

/** Returns the nearest folder with a package.json, or `folder` if there is none. */
async function findPackage(folder: string): Promise<string> {
  for (const candidate of ancestors(folder)) {
    if (await exists(join(candidate, 'package.json'))) return candidate;
  }
  return folder;
}

async function findLockFiles(folder: string): Promise<string[]> {
  for (const candidate of ancestors(folder)) {
    const paths = lockFiles.map((file) => join(candidate, file));
    const found = await Promise.all(paths.map(exists));
    if (found.includes(true)) return paths.filter((_path, index) => found[index]);
  }
  return [];
}

function* ancestors(folder: string): Generator<string, void> {
  for (let current = folder; ; current = dirname(current)) {
    yield current;
    if (dirname(current) === current) return;
  }
}

/** Lists the module files below `folder`, except for dependencies and hidden folders, in a fixed order. */
async function listModules(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) return moduleExtensions.has(extname(path)) ? [path] : [];
      return entry.name === 'node_modules' || entry.name.startsWith('.') ? [] : listModules(path);
    }),
  );
  // Not `localeCompare`, whose order depends on the environment.
  return lists.flat().toSorted((a, b) => (a < b ? -1 : 1));
}

/** Adds the paths of the files, relative to `folder`, and their contents. */
async function addFiles(hash: Hash, folder: string, paths: readonly string[]): Promise<void> {
  for (let start = 0; start < paths.length; start += concurrency) {
    const batch = paths.slice(start, start + concurrency);
    const contents = await Promise.all(batch.map((path) => readFile(path)));
    for (const [index, content] of contents.entries()) {
      const name = relative(folder, batch[index] ?? '').replaceAll(sep, '/');
      hash.update(JSON.stringify([name, content.length])).update(content);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
