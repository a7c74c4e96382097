import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { joinModules } from './join-modules.ts';

const root = mkdtempSync(join(tmpdir(), 'portside-join-'));
let folders = 0;

/** Writes the modules to a new folder and returns its URL. */
function write(modules: Readonly<Record<string, string>>): URL {
  folders += 1;
  const folder = join(root, String(folders));
  for (const [name, code] of Object.entries(modules)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), code);
  }
  return pathToFileURL(`${folder}/`);
}

/** Runs the joined module and returns what it assigns to `globalThis.result`. */
async function run(modules: Readonly<Record<string, string>>): Promise<unknown> {
  const folder = write(modules);
  writeFileSync(new URL('joined.mjs', folder), joinModules(new URL('page/main.js', folder), ['library.mjs']));
  await import(new URL('joined.mjs', folder).href);
  return Reflect.get(globalThis, 'result');
}

const test = suite('joined modules');

test('run in the order of their dependencies, with private names of their own', async () => {
  const result = await run({
    'library.mjs': 'export const one = 1;\nexport default 10;\n',
    'page/main.js':
      "import { double } from './parts/double.js';\nimport {\n  triple as threeTimes,\n} from '../shared/triple.js';\n" +
      "import ten from './vendor/library.mjs';\nconst factor = await Promise.resolve(5);\n" +
      'globalThis.result = [double(factor), threeTimes(factor), ten];\n',
    'page/parts/double.js':
      "import { one } from '../vendor/library.mjs';\nconst factor = one + 1;\nexport const double = (number) => factor * number;\n",
    'shared/triple.js':
      "import { double } from '../page/parts/double.js';\nexport function triple(number) {\n  return double(number) + number;\n}\n" +
      'export class Unused {}\nexport async function* alsoUnused() {}\n',
  });
  assert.equal(result, [10, 15, 10]);
});
test('must not import each other', () => {
  const folder = write({
    'main.js': "import { b } from './b.js';\nexport const a = b;\n",
    'b.js': "import { a } from './main.js';\nexport const b = a;\n",
  });
  assert.throws(() => joinModules(new URL('main.js', folder), []), /import each other: .*main\.js.*b\.js/);
});
for (const line of [
  "import * as all from './b.js';",
  "import './b.js';",
  'export default 1;',
  'export { a };',
])
  test(`must not contain ${line}`, () => {
    const folder = write({ 'main.js': `const a = 1;\n${line}\n`, 'b.js': '' });
    assert.throws(() => joinModules(new URL('main.js', folder), []), /of another form/);
  });
test.after(() => rmSync(root, { recursive: true }));
test.run();
