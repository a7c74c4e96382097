/**
 * Bundles test files with all sources that they import. A bundle starts several times faster than the sources, which matters
 * because each mutant needs a process of its own.
 */

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type BuildOptions, type Plugin } from 'esbuild';

/** Bundles each of `tests`, paths relative to `root`, to `<outdir>/<test without .ts>.mjs`. */
export async function bundle(root: string, tests: readonly string[], outdir: string): Promise<void> {
  await build({ ...buildOptions(root, tests), outdir });
}

/** What each file imports, without types: files relative to the root; packages and modules of Node.js by name. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Returns the imports of the test files and of all files that they import. */
export async function readImportGraph(root: string, tests: readonly string[]): Promise<ImportGraph> {
  const { metafile } = await build({
    ...buildOptions(root, tests),
    outdir: join(root, 'bundles'),
    write: false,
    metafile: true,
  });
  return new Map(
    Object.entries(metafile.inputs).map(([file, { imports }]) => [file, imports.map(({ path }) => path)]),
  );
}

function buildOptions(root: string, tests: readonly string[]) {
  return {
    absWorkingDir: root,
    bundle: true,
    conditions: ['development'],
    entryPoints: [...tests],
    format: 'esm',
    logLevel: 'error',
    outbase: root,
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    plugins: [checkoutPlugin(root)],
    target: 'node20',
  } as const satisfies BuildOptions;
}

/**
 * Resolves imports of the kit to its sources below `root`, because in a copy of the checkout node_modules refers to the original
 * ones. Other packages are not bundled. `import.meta.url` remains the URL of the source file.
 */
function checkoutPlugin(root: string): Plugin {
  const kit = join(root, 'src', 'kit');
  const { exports }: { exports: Record<string, { development: string }> } = JSON.parse(
    readFileSync(join(kit, 'package.json'), 'utf8'),
  );
  return {
    name: 'checkout',
    setup({ onResolve, onLoad }) {
      // Loaded only by tests that need a broker or a process, which are not bundled.
      onResolve({ filter: /^/ }, ({ kind }) => (kind === 'dynamic-import' ? { external: true } : undefined));
      onResolve({ filter: /^@portside\/kit(?:\/|$)/ }, ({ path }) => {
        const entry = exports[`.${path.slice('@portside/kit'.length)}`];
        return entry === undefined ? undefined : { path: join(kit, entry.development) };
      });
      onResolve({ filter: /^[^./#]/ }, ({ kind }) =>
        kind === 'entry-point' ? undefined : { external: true },
      );
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const url = JSON.stringify(pathToFileURL(path).href);
        return { contents: source.replaceAll('import.meta.url', url), loader: 'ts' };
      });
    },
  };
}

/** Returns the path of a bundle. */
export const bundlePath = (outdir: string, test: string) => join(outdir, test.replace(/\.ts$/, '.mjs'));
