/** What `npm run test:mutation` mutates, and the tests that it runs. */

import { readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { UsageError } from '../fault-arguments.ts';
import { readImportGraph, type ImportGraph } from './bundle.ts';

/**
 * Files and folders whose behaviour can be tested without a broker: the pure layers of the kit, the pure parts of others, and
 * the rules and contracts of the services.
 */
export const mutatedPaths = [
  'src/contracts',
  'src/laptops/documents.ts',
  'src/laptops/laptop.ts',
  'src/ports/documents.ts',
  'src/ports/port.ts',
  'src/kit/api',
  'src/kit/client',
  'src/kit/domain',
  'src/kit/event-stream',
  'src/kit/eventlog',
  'src/kit/index.ts',
  'src/kit/http/protocol',
  'src/kit/http/server/parse.ts',
  'src/kit/nats/stream/codec.ts',
  'src/kit/nats/stream/delivery.ts',
  'src/kit/nats/stream/leader-confirmation.ts',
  'src/kit/nats/stream/raw-headers.ts',
  'src/kit/nats/stream/subjects.ts',
] as const;

/** The tests of the templates are part of the packages that `portside new` creates. */
const isTest = (file: string) => file.endsWith('.test.ts') && !file.startsWith('src/kit/templates/');

/** Returns the files to mutate: all of them, or those that are, or are below, one of `paths`. Throws a UsageError if a path has none. */
export function findMutatedFiles(root: string, paths: readonly string[] = []): string[] {
  const all = mutatedPaths.flatMap((path) => listSources(root, path)).filter((file) => !isTest(file));
  if (paths.length === 0) return all;
  const selections = paths.map((path) => {
    const base = posix.normalize(path).replace(/\/$/, '');
    const files = all.filter((file) => file === base || file.startsWith(`${base}/`));
    if (files.length === 0) throw new UsageError(`"${path}" contains no file that is mutated`);
    return files;
  });
  return [...new Set(selections.flat())];
}

/** A test that imports one of these needs a broker, a process or a browser. It is too slow to run for each mutant. */
const slowImports = /^(?:test\/support\/(?:broker|process)\/.*|node:child_process|playwright-core)$/;

/**
 * Returns the test files for the mutated files: those that need no broker and import one of the files, not only through
 * sources that are not mutated.
 */
export async function findTests(root: string, mutated: readonly string[]): Promise<string[]> {
  const tests = ['src', 'test'].flatMap((folder) => listSources(root, folder)).filter(isTest);
  const graph = await readImportGraph(root, tests);
  const all = new Set(findMutatedFiles(root));
  const isFollowed = (file: string) => isTest(file) || file.startsWith('test/') || all.has(file);
  return tests.filter((test) => {
    if (followImports(graph, test, () => true).some((file) => slowImports.test(file))) return false;
    const tested = new Set(followImports(graph, test, isFollowed));
    return mutated.some((file) => tested.has(file));
  });
}

/** Returns a file and what it imports, directly or through the files that `isFollowed` accepts. */
function followImports(graph: ImportGraph, start: string, isFollowed: (file: string) => boolean): string[] {
  const found = new Set([start]);
  // A set also iterates over the elements that are added during the iteration.
  for (const file of found)
    if (isFollowed(file)) for (const imported of graph.get(file) ?? []) found.add(imported);
  return [...found];
}

/** Returns the TypeScript files below a folder, or the file itself. */
function listSources(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { recursive: true })
    .map((name) => posix.join(path, String(name)))
    .filter((file) => /(?<!\.d)\.(?:ts|js)$/.test(file) && !/\/(?:node_modules|dist)\//.test(file))
    .toSorted();
}
