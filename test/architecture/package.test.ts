import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { readEntryPoints } from '../../scripts/checks/imports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const checkout = mkdtempSync(join(tmpdir(), 'portside-package-'));
process.once('exit', () => rmSync(checkout, { recursive: true }));
const Packed = z.array(z.object({ files: z.array(z.object({ path: z.string() })) })).length(1);

/** Returns the paths that `npm pack` would publish. Builds a copy of the kit, because other tests use the real build. */
function packKit(): string[] {
  const kit = join(checkout, 'src', 'kit');
  cpSync(join(root, 'src', 'kit'), kit, { recursive: true, filter: (path) => basename(path) !== 'dist' });
  cpSync(join(root, 'tsconfig.json'), join(checkout, 'tsconfig.json'));
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: kit,
    encoding: 'utf8',
  });
  assert.is(status, 0, stderr);
  // npm prints the output of the build before the JSON.
  const json = stdout.slice(stdout.search(/^\[$/m));
  return Packed.parse(JSON.parse(json)).flatMap(({ files }) => files.map(({ path }) => path));
}

const files = packKit();
const published = suite('the published package of the kit');

published('contains compiled code, types, the console, its README and its manifest, and nothing else', () => {
  const others = files.filter(
    (path) => !/^dist\/(?:.+\.js|.+\.d\.ts|console\/(?:content\.css|style\.css|icon\.svg))$/.test(path),
  );
  assert.equal(others.toSorted(), ['README.md', 'package.json']);
});
published('contains no tests or fixtures', () =>
  assert.equal(
    files.filter((path) => /\.test\.|\/fixtures\//.test(path)),
    [],
  ),
);
published('contains the compiled code and the types of every entry point', () => {
  for (const entry of readEntryPoints(join(root, 'src/kit/package.json'))) {
    if (entry === './package.json') continue;
    const path = entry === '.' ? 'dist/index' : `dist/${entry.slice(2)}/index`;
    assert.ok(files.includes(`${path}.js`), `${path}.js`);
    assert.ok(files.includes(`${path}.d.ts`), `${path}.d.ts`);
  }
});
published('contains the modules of the console', () =>
  assert.ok(files.includes('dist/console/main.js') && files.includes('dist/console/views/app.js')),
);
published.run();
