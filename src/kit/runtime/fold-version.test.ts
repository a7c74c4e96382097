import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { foldVersionOf } from './fold-version.ts';

const root = await mkdtemp(join(tmpdir(), 'fold-version-'));
let packages = 0;

/** Contents by path. A value that begins with `-> ` is the target of a symbolic link. */
type Files = Readonly<Record<string, string>>;
const service: Files = {
  'package.json': '{"name":"lamps"}',
  'src/lamps/service.ts': 'export {};',
  'src/lamps/shared/helper.ts': 'export const limit = 1;',
};

/** Returns the version of a service in a package with these files. */
async function versionOf(files: Files, { foldVersion }: { readonly foldVersion?: string } = {}) {
  const folder = join(root, String((packages += 1)), 'package');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    if (content.startsWith('-> ')) await symlink(content.slice(3), join(folder, path));
    else await writeFile(join(folder, path), content);
  }
  const module = pathToFileURL(join(folder, 'src/lamps/service.ts')).href;
  return foldVersionOf({ module, ...(foldVersion !== undefined && { foldVersion }) });
}

const test = suite('foldVersionOf');

test('returns the same version for the same files in another folder', async () =>
  assert.is(await versionOf(service), await versionOf(service)));
test('returns another version if any module of the package differs', async () => {
  const version = await versionOf(service);
  for (const change of [
    { 'src/lamps/shared/helper.ts': 'export const limit = 2;' },
    { 'src/other/unused.mjs': '' },
    { 'tables/prices.json': '{}' },
    { 'package.json': '{"name":"lamps","version":"2.0.0"}' },
  ])
    assert.is.not(await versionOf({ ...service, ...change }), version, JSON.stringify(change));
});
test('returns another version if a module was renamed or two have exchanged their contents', async () => {
  const two = { ...service, 'a.js': '1', 'b.js': '2' };
  const versions = [two, { ...service, 'a.js': '2', 'b.js': '1' }, { ...service, 'a.js': '1', 'c.js': '2' }];
  assert.is(new Set(await Promise.all(versions.map((files) => versionOf(files)))).size, 3);
});
test('returns another version if an installed dependency has another version', async () => {
  const version = await versionOf(service);
  for (const lock of ['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'node_modules/.package-lock.json'])
    assert.is.not(await versionOf({ ...service, [lock]: 'zod 5' }), version, lock);
});
test('returns another version if a module of a linked package differs', async () => {
  for (const [name, link] of [
    ['node_modules/units', '-> ../../units'],
    ['node_modules/@acme/units', '-> ../../../units'],
    ['../node_modules/units', '-> ../units'],
  ] as const) {
    const files = { ...service, [name]: link };
    const withUnits = (watts: number, further: Files = {}) =>
      versionOf({
        ...files,
        '../units/package.json': '{}',
        '../units/src/watts.js': String(watts),
        ...further,
      });
    assert.is(await withUnits(1), await withUnits(1), name);
    assert.is.not(await withUnits(1), await withUnits(2), name);
    const further = { '../units/node_modules/si': '-> ../../si', '../si/package.json': '{}' };
    assert.is.not(
      await withUnits(1, { ...further, '../si/si.js': '1' }),
      await withUnits(1, { ...further, '../si/si.js': '2' }),
      `${name}: a package that it links to`,
    );
  }
});
test('ignores links into node_modules, as pnpm makes them, and links without a target', async () => {
  const withZod = (content: string) =>
    versionOf({
      ...service,
      'node_modules/gone': '-> nowhere',
      'node_modules/zod': '-> .pnpm/zod',
      'node_modules/.pnpm/zod/index.js': content,
    });
  assert.is(await withZod('1'), await withZod('2'));
});
test('returns another version if a module above the package that is imported differs', async () => {
  for (const specifier of [
    '../../../shared/units.js',
    './../../../shared/units.js',
    '../../../shared/units',
    '../../../shared/all.js',
  ]) {
    const withUnits = (units: string, unused = '') =>
      versionOf({
        ...service,
        'src/lamps/service.ts': `import { watts } from '${specifier}';`,
        '../shared/all.js': 'export * from "../shared/units.js";',
        '../shared/units.ts': units,
        '../shared/unused.ts': unused,
      });
    assert.is(await withUnits('1'), await withUnits('1', 'changed'), specifier);
    assert.is.not(await withUnits('1'), await withUnits('2'), specifier);
  }
});
test('does not read dependencies, hidden folders and files that cannot be imported', async () =>
  assert.is(
    await versionOf({
      ...service,
      'node_modules/x/a.js': '',
      '.cache/a.js': '',
      'README.md': '',
      'data.csv': '',
    }),
    await versionOf(service),
  ));
test('returns the version of the definition if it has one', async () =>
  assert.is(await versionOf(service, { foldVersion: 'lamps 3' }), 'lamps 3'));
test.after(() => rm(root, { recursive: true }));
test.run();
