/**
 * Identifies the code that folds a service's streams. A snapshot is used only by the code that wrote it, because any module
 * that `evolve`, an upcaster or a schema uses can change the result of a fold.
 */

import { createHash, type Hash } from 'node:crypto';
import { access, readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
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
/** Files that are searched for imports. */
const codeExtensions = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']);
/** A quoted relative path that leaves a folder, such as the specifier of an import. */
const upwardPath = /(["'`])((?:\.\/)*\.\.\/[^"'`\s]+)\1/g;
/** What can replace the end of a specifier in the name of the file: TypeScript and `require`. */
const fileEndings = ['.js', '.cjs', '.ts', '.json', '/index.js', '/index.ts'];
const concurrency = 32;

/** Returns the `foldVersion` of the service's definition, or a digest of its code. */
export async function foldVersionOf({
  foldVersion,
  module,
}: Pick<Service, 'foldVersion' | 'module'>): Promise<string> {
  return foldVersion ?? (await digestCode(module));
}

/**
 * Returns a digest of every module file of the package that contains `module`, of the packages that are linked into its
 * `node_modules` and of the kit, of the files outside these packages that they import, of the installed versions of the
 * dependencies, and of the version of Node.js. Two processes with the same digest fold a stream to the same state.
 *
 * @param module `import.meta.url` of a module of the service.
 */
async function digestCode(module: string): Promise<string> {
  const folder = await findPackage(dirname(fileURLToPath(module)));
  const kit = await findPackage(dirname(fileURLToPath(import.meta.url)));
  const hash = createHash('sha256').update(process.versions.node);
  const packages = [folder, kit];
  // The loop also visits the packages that it adds.
  for (const current of packages) {
    await addPackage(hash, current);
    for (const linked of await findLinkedPackages(current)) {
      if (!packages.some((known) => isListed(linked, known))) packages.push(linked);
    }
  }
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

/**
 * Returns the folders of the packages that are symbolic links in the `node_modules` that `folder` uses: the packages of a
 * workspace, and those installed from a folder. The lock file does not change with their code.
 */
async function findLinkedPackages(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const candidate of ancestors(folder)) {
    for (const link of await listLinks(join(candidate, 'node_modules'))) {
      // A link without a target cannot be imported.
      const target = await realpath(link).catch(() => undefined);
      // pnpm links every dependency to a folder in `node_modules`; these are in the lock file.
      if (target !== undefined && !isDependency(target)) found.push(target);
    }
  }
  return found;
}

/** Lists the symbolic links to packages, also those with a scope, in a fixed order. */
async function listLinks(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const lists = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isSymbolicLink()) return [path];
      return entry.isDirectory() && entry.name.startsWith('@') ? listLinks(path) : [];
    }),
  );
  return lists.flat().toSorted((a, b) => (a < b ? -1 : 1));
}

const isDependency = (path: string) => path.split(sep).includes('node_modules');

const isInside = (path: string, folder: string) => path === folder || path.startsWith(`${folder}${sep}`);

/** Returns true if `listModules(folder)` includes the modules below `path`. */
const isListed = (path: string, folder: string) =>
  isInside(path, folder) &&
  !relative(folder, path)
    .split(sep)
    .some((name) => name.startsWith('.'));

/** Adds the modules of a package, and those outside it that they import. */
async function addPackage(hash: Hash, folder: string): Promise<void> {
  const added = new Set<string>();
  let paths = await listModules(folder);
  while (paths.length > 0) {
    for (const path of paths) added.add(path);
    const mentioned = await addFiles(hash, folder, paths);
    const outside = [...mentioned]
      .filter((path) => !isInside(path, folder) && !isDependency(path))
      .toSorted();
    const found = await Promise.all(outside.map(findModule));
    paths = [...new Set(found.flatMap((path) => path ?? []))].filter((path) => !added.has(path));
  }
}

/** Returns the module file that an import of `path` loads, if there is one. */
async function findModule(path: string): Promise<string | undefined> {
  const typeScript = path.replace(/js$/, 'ts');
  for (const candidate of [path, typeScript, ...fileEndings.map((ending) => path + ending)]) {
    if (moduleExtensions.has(extname(candidate)) && (await exists(candidate))) return candidate;
  }
  return undefined;
}

/** Adds the paths of the files, relative to `folder`, and their contents. Returns the paths that may be imported upwards. */
async function addFiles(hash: Hash, folder: string, paths: readonly string[]): Promise<Set<string>> {
  const mentioned = new Set<string>();
  for (let start = 0; start < paths.length; start += concurrency) {
    const batch = paths.slice(start, start + concurrency);
    const contents = await Promise.all(batch.map((path) => readFile(path)));
    for (const [index, content] of contents.entries()) {
      const path = batch[index] ?? '';
      const name = relative(folder, path).replaceAll(sep, '/');
      hash.update(JSON.stringify([name, content.length])).update(content);
      if (!codeExtensions.has(extname(path))) continue;
      for (const [, , specifier = ''] of content.toString('utf8').matchAll(upwardPath)) {
        mentioned.add(resolve(dirname(path), specifier));
      }
    }
  }
  return mentioned;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
