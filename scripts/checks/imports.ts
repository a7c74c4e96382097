/** The import graph of the sources and the rules for imports. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** The specifiers that each file imports, by the file's path from the root: `src/kit/index.ts`. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * The layers of the kit, each with the layers that it may import in addition to itself. A file at the top of the kit is an entry
 * point and belongs to the domain.
 */
export const layers: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  eventlog: ['domain'],
  api: ['domain', 'eventlog'],
  nats: ['domain', 'eventlog', 'api'],
  http: ['domain', 'eventlog', 'api'],
  doctor: ['domain', 'nats'],
  runtime: ['domain', 'eventlog', 'api', 'nats', 'http', 'doctor'],
  launch: ['domain', 'nats', 'runtime'],
  cli: ['domain', 'nats', 'runtime', 'launch', 'doctor', 'testing'],
  'event-stream': [],
  client: ['domain', 'eventlog', 'api', 'event-stream'],
  subscriber: ['domain', 'api', 'nats'],
  testing: ['domain', 'api', 'client', 'launch'],
  templates: [],
  console: ['event-stream'],
};

/** Layers that run in any JavaScript environment. They may import only these packages. */
const pureLayers = new Set(['domain', 'eventlog', 'api', 'client', 'event-stream']);
const purePackages = new Set(['zod', 'sorted-btree', 'quick-lru', 'jsonc-parser']);

const kit = 'src/kit/';

/** Reads the imports of every source file below `folders`, without tests. */
export function readImports(root: string, folders: readonly string[]): Map<string, readonly string[]> {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => posix.join(folder, String(name))),
  );
  const sources = files.filter(
    (file) =>
      /\.(?:ts|js)$/.test(file) &&
      !/\.(?:test|d)\.ts$/.test(file) &&
      !/(?:^|\/)(?:node_modules|dist)\//.test(file),
  );
  return new Map(sources.map((file) => [file, importsOf(readFileSync(join(root, file), 'utf8'))]));
}

/** Returns the specifiers of static imports, re-exports and dynamic imports, in order. Ignores types in JSDoc comments. */
export function importsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const pattern =
    /(?:^|\n)(?:import|export)\s[^'";]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|import\('([^']+)'\)/g;
  return Array.from(code.matchAll(pattern), ([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

/** Returns one line for each import that breaks a rule. `entryPoints` are the `exports` of the kit: `.`, `./client`, … */
export function findBrokenRules(graph: ImportGraph, entryPoints: readonly string[]): string[] {
  return [...graph].flatMap(([file, specifiers]) =>
    specifiers.flatMap((specifier) => {
      const reason = file.startsWith(kit)
        ? breaksLayer(file, specifier)
        : breaksBoundary(file, specifier, entryPoints);
      return reason === undefined ? [] : [`${file} imports ${specifier}: ${reason}`];
    }),
  );
}

function breaksLayer(file: string, specifier: string): string | undefined {
  const layer = layerOf(file);
  if (!specifier.startsWith('.')) {
    return pureLayers.has(layer) && !purePackages.has(specifier)
      ? `${layer} imports only ${[...purePackages].join(', ')}`
      : undefined;
  }
  const target = posix.join(posix.dirname(file), specifier);
  if (!target.startsWith(kit)) return 'the kit imports nothing outside of itself';
  const allowed = [layer, ...(layers[layer] ?? [])];
  return allowed.includes(layerOf(target)) ? undefined : `${layer} imports only ${allowed.join(', ')}`;
}

function layerOf(file: string): string {
  const [folder, ...rest] = file.slice(kit.length).split('/');
  return rest.length > 0 && folder !== undefined ? folder : 'domain';
}

function breaksBoundary(file: string, specifier: string, entryPoints: readonly string[]): string | undefined {
  const isDeep = specifier.startsWith('.') && posix.join(posix.dirname(file), specifier).startsWith(kit);
  if (isDeep) return 'the kit is imported by its package name';
  if (importsSibling(file, specifier)) return 'a service imports another one only through its contract';
  if (!/^@portside\/kit(?:\/|$)/.test(specifier)) return undefined;
  const entry = `.${specifier.slice('@portside/kit'.length)}`;
  return entryPoints.includes(entry) ? undefined : `the kit has no entry point ${entry}`;
}

/** Returns true if a file in one folder of `src` imports a file in another one by its path. */
function importsSibling(file: string, specifier: string): boolean {
  const [top, folder, ...rest] = posix.join(posix.dirname(file), specifier).split('/');
  if (!file.startsWith('src/') || !specifier.startsWith('.')) return false;
  if (top !== 'src' || rest.length === 0) return false;
  return !file.startsWith(`src/${folder}/`);
}

/** Returns the files of an import cycle, with the first file repeated at the end; undefined if there is no cycle. */
export function findCycle(graph: ImportGraph): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];

  function visit(file: string): string[] | undefined {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const specifier of graph.get(file) ?? []) {
      const target = resolveImport(graph, file, specifier);
      const cycle = target === undefined ? undefined : visit(target);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(file);
    return undefined;
  }

  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function resolveImport(graph: ImportGraph, file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(file), specifier);
  return graph.has(target) ? target : undefined;
}

/** Returns the entry points that a package.json exports: `.`, `./client`, … */
export function readEntryPoints(packageFile: string): string[] {
  if (!existsSync(packageFile)) throw new Error(`${dirname(packageFile)} is not a package`);
  const { exports }: { exports: Record<string, unknown> } = JSON.parse(readFileSync(packageFile, 'utf8'));
  return Object.keys(exports);
}
