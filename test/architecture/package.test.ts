import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { readEntryPoints } from '../../scripts/checks/imports.ts';
import { installPackages, isRegistryReachable, packKit, runProgram } from '../support/package/kit-package.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'portside-package-'));
process.once('exit', () => rmSync(folder, { recursive: true }));

const { tarball, files } = packKit(folder);
const entryPoints = readEntryPoints(join(root, 'src/kit/package.json')).filter(
  (entry) => entry !== './package.json',
);
const published = suite('the published package of the kit');

published(
  'contains compiled code, types, the console, the templates, its README and its manifest, and nothing else',
  () => {
    const others = files.filter(
      (path) =>
        !/^dist\/(?:.+\.js|.+\.d\.ts|console\/(?:(?:content|style)\/[\w-]+\.css|icon\.svg)|templates\/.+)$/.test(
          path,
        ),
    );
    assert.equal(others.toSorted(), ['README.md', 'package.json']);
  },
);
published('contains no tests or fixtures, except for those of the templates', () =>
  assert.equal(
    files.filter((path) => /\.test\.|\/fixtures\//.test(path) && !path.startsWith('dist/templates/')),
    [],
  ),
);
published('contains the compiled code and the types of every entry point', () => {
  for (const entry of entryPoints) {
    const path = entry === '.' ? 'dist/index' : `dist/${entry.slice(2)}/index`;
    assert.ok(files.includes(`${path}.js`), `${path}.js`);
    assert.ok(files.includes(`${path}.d.ts`), `${path}.d.ts`);
  }
});
published('contains the modules of the console', () =>
  assert.ok(files.includes('dist/console/main.js') && files.includes('dist/console/shell/app.js')),
);
published.run();

const LockFile = z.object({
  packages: z.record(z.string(), z.object({ name: z.string().optional(), version: z.string().optional() })),
});

/** Returns every installed copy of a NATS package: `@nats-io/kv 3.4.0`. */
function listNatsPackages(checkout: string): string[] {
  const { packages } = LockFile.parse(JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')));
  return Object.entries(packages)
    .map(([path, { name, version }]) => `${name ?? path.split('node_modules/').at(-1)} ${version}`)
    .filter((copy) => copy.startsWith('@nats-io/'));
}

const app = join(folder, 'app');
const canInstall = isRegistryReachable();
if (canInstall) {
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "version": "1.0.0", "private": true }');
  installPackages(app, tarball);
}
const installed = suite('the package of the kit in an empty folder');
const it = canInstall ? installed : installed.skip;

it('brings one copy of each NATS package, in the version that this checkout uses', () => {
  const copies = listNatsPackages(app);
  assert.equal(
    copies.map((copy) => copy.replace(/ .*/, '')).toSorted(),
    ['jetstream', 'kv', 'nats-core', 'nkeys', 'nuid', 'obj', 'transport-node'].map(
      (name) => `@nats-io/${name}`,
    ),
  );
  const own = listNatsPackages(root);
  assert.equal(
    copies.filter((copy) => !own.includes(copy)),
    [],
  );
});
it('can be imported without a loader', () => {
  for (const entry of entryPoints) {
    const script = `import(${JSON.stringify(`@portside/kit${entry.slice(1)}`)}).then((module) => console.log(Object.keys(module).length))`;
    assert.ok(Number(runProgram(process.execPath, ['-e', script], app)) > 0, entry);
  }
});
installed.run();

const checkout = suite('this checkout');

checkout('contains one copy of each NATS package', () => {
  const names = listNatsPackages(root).map((copy) => copy.replace(/ .*/, ''));
  assert.equal(names, [...new Set(names)]);
});
checkout.run();
