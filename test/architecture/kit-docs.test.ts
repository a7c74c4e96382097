/** `docs/kit.md` names the whole public API of the kit, and its code is that of `examples/docks`. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readEntryPoints } from '../../scripts/checks/imports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (...path: readonly string[]) => readFileSync(join(root, ...path), 'utf8');
const documentation = read('docs/kit.md');
const entryPoints = readEntryPoints(join(root, 'src/kit/package.json')).filter(
  (entry) => entry !== './package.json',
);

/** Returns the exported names of an entry point. It may only re-export names, so that this needs no compiler. */
function readExports(entry: string): string[] {
  const source = read('src/kit', entry, 'index.ts');
  const lists = Array.from(source.matchAll(/^export \{([^}]*)\} from /gm), ([, list = '']) => list);
  assert.is(lists.length, source.match(/^export /gm)?.length, `${entry}: unexpected kind of export`);
  return lists.flatMap((list) => list.split(',').flatMap((name) => name.trim().split(/\s+/).slice(-1)));
}

const code = (documentation.match(/`[^`\n]+`/g) ?? []).join('\n');
const lacksName = (name: string) => !new RegExp(`\\b${name}\\b`).test(code);

const api = suite('docs/kit.md');

for (const entry of entryPoints) {
  api(`names every export of ${entry}`, () => {
    const names = readExports(entry).filter((name) => name !== '');
    assert.ok(names.length > 0);
    assert.equal(names.filter(lacksName), []);
  });
  api(`names the entry point ${entry}`, () =>
    assert.ok(documentation.includes(`\`@portside/kit${entry.slice(1)}\``)),
  );
}
api('contains code of examples/docks as it is there', () => {
  const withoutLayout = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
  const blocks = Array.from(documentation.matchAll(/^```ts\n\/\/ (src\/\S+)\n([\s\S]*?)^```$/gm));
  assert.ok(blocks.length >= 5);
  for (const [, file = '', block = ''] of blocks) {
    const source = withoutLayout(read('examples/docks', file));
    assert.ok(source.includes(withoutLayout(block)), `not in ${file}:\n${block}`);
  }
});
api('states the number of lines of examples/docks', () => {
  const folder = 'examples/docks/src';
  const files = readdirSync(join(root, folder)).filter((file) => !file.endsWith('.test.ts'));
  const lines = files.reduce((sum, file) => sum + read(folder, file).split('\n').length - 1, 0);
  assert.match(documentation, new RegExp(`\\b${lines} lines of TypeScript without its tests`));
});
api.run();
