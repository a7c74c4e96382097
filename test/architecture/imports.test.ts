import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  findBrokenRules,
  findCycle,
  importsOf,
  readEntryPoints,
  readImports,
} from '../../scripts/checks/imports.ts';
import { typescriptArgs } from '../../scripts/typescript-args.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const graph = readImports(root, ['src', 'examples']);
const entryPoints = readEntryPoints(join(root, 'src/kit/package.json'));

/** Returns the rules that `file` breaks with these imports. */
const broken = (file: string, ...specifiers: readonly string[]) =>
  findBrokenRules(new Map([[file, specifiers]]), entryPoints);

const sources = suite('the imports in src and examples');

sources('follow the layers of the kit and respect the boundary of its package', () => {
  assert.ok(graph.size > 150);
  assert.equal(findBrokenRules(graph, entryPoints), []);
});
sources('contain no cycle', () => assert.is(findCycle(graph), undefined));
sources.run();

const boundary = suite('the boundary of the kit');

for (const file of ['src/laptops/laptop.ts', 'src/contracts/ports.ts', 'examples/chargers/charger.ts']) {
  const up = '../'.repeat(file.split('/').length - 1);
  boundary(`rejects a relative import of a kit file from ${file}`, () => {
    const [reason = ''] = broken(file, `${up}src/kit/http/server/app.ts`);
    assert.match(reason, 'the kit is imported by its package name');
  });
  boundary(`rejects a deep import from ${file}`, () => {
    const [reason = ''] = broken(file, '@portside/kit/http/server/app.ts');
    assert.match(reason, 'the kit has no entry point ./http/server/app.ts');
  });
  boundary(`accepts every entry point in ${file}`, () =>
    assert.equal(broken(file, '@portside/kit', '@portside/kit/runtime', '@portside/kit/client', 'zod'), []),
  );
}
for (const [file, specifier] of [
  ['src/laptops/laptop.ts', '../ports/port.ts'],
  ['src/ports/port.ts', '../laptops/service.ts'],
  ['src/contracts/ports.ts', '../ports/port.ts'],
] as const) {
  boundary(`rejects an import of a service file other than its contract: ${specifier} in ${file}`, () =>
    assert.match(broken(file, specifier)[0] ?? '', 'only through its contract'),
  );
}
boundary('accepts a contract, and files of the same folder', () =>
  assert.equal(broken('src/laptops/laptop.ts', '#contracts/ports', './documents.ts'), []),
);
boundary('is enforced by Node: a deep path does not resolve', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portside-boundary-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const run = (specifier: string) => {
      writeFileSync(join(folder, 'main.mjs'), `import '${specifier}';`);
      return spawnSync(process.execPath, [...typescriptArgs, 'main.mjs'], { cwd: folder, encoding: 'utf8' });
    };
    assert.is(run('@portside/kit').status, 0);
    const deep = run('@portside/kit/http/server/app.ts');
    assert.is.not(deep.status, 0);
    assert.match(deep.stderr, 'ERR_PACKAGE_PATH_NOT_EXPORTED');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
boundary.run();

const layering = suite('the layers of the kit');

for (const [file, specifier, reason] of [
  ['src/kit/domain/entity.ts', '../eventlog/view/view.ts', 'domain imports only domain'],
  ['src/kit/domain/entity.ts', 'node:fs', 'domain imports only zod'],
  ['src/kit/eventlog/view/view.ts', '../../nats/stream/codec.ts', 'eventlog imports only'],
  ['src/kit/api/requests/json.ts', '../../http/server/app.ts', 'api imports only'],
  ['src/kit/nats/stream/codec.ts', '../../http/server/app.ts', 'nats imports only'],
  ['src/kit/http/server/app.ts', '../../nats/stream/codec.ts', 'http imports only'],
  ['src/kit/http/server/app.ts', '../../runtime/run.ts', 'http imports only'],
  ['src/kit/client/pages.ts', '../nats/stream/codec.ts', 'client imports only'],
  ['src/kit/client/pages.ts', 'koa', 'client imports only zod'],
  ['src/kit/subscriber/ordered.ts', '../http/server/app.ts', 'subscriber imports only'],
  ['src/kit/console/main.js', '../domain/entity.ts', 'console imports only console'],
  ['src/kit/runtime/run.ts', '../client/index.ts', 'runtime imports only'],
  ['src/kit/runtime/run.ts', '../../laptops/laptop.ts', 'the kit imports nothing outside of itself'],
  ['src/kit/index.ts', './runtime/run.ts', 'domain imports only domain'],
] as const) {
  layering(`reject ${specifier} in ${file}`, () => assert.match(broken(file, specifier)[0] ?? '', reason));
}
for (const [file, specifier] of [
  ['src/kit/nats/stream/codec.ts', '../../domain/decider.ts'],
  ['src/kit/http/server/app.ts', 'koa'],
  ['src/kit/runtime/run.ts', '../http/server/app.ts'],
  ['src/kit/console/shell/app.js', '../parts/text.js'],
] as const) {
  layering(`accept ${specifier} in ${file}`, () => assert.equal(broken(file, specifier), []));
}
layering.run();

const cycles = suite('the search for import cycles');

cycles('names the files of a cycle', () => {
  const circular = new Map([
    ['src/kit/a.ts', ['./b.ts']],
    ['src/kit/b.ts', ['zod', './c/c.ts']],
    ['src/kit/c/c.ts', ['../a.ts']],
  ]);
  assert.equal(findCycle(circular), ['src/kit/a.ts', 'src/kit/b.ts', 'src/kit/c/c.ts', 'src/kit/a.ts']);
});
cycles('accepts a file that is imported by two others', () => {
  const shared = new Map([
    ['src/kit/a.ts', ['./b.ts', './c.ts']],
    ['src/kit/b.ts', ['./c.ts']],
    ['src/kit/c.ts', []],
  ]);
  assert.is(findCycle(shared), undefined);
});
cycles('follows static, type-only, re-exporting and dynamic imports', () => {
  const source = [
    "import { a } from './a.ts';",
    "import type { B } from './b.ts';",
    "import {\n  c,\n  type C,\n} from './c.ts';",
    "export { d } from './d.ts';",
    "import './e.ts';",
    "const f = await import('./f.ts');",
  ].join('\n');
  assert.equal(importsOf(source), ['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts']);
});
cycles.run();
