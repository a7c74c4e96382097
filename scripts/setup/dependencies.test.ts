import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { installDependencies } from './dependencies.mjs';
import { createCheckout, readRejection, recordProgress, writeProgram } from './testing.mjs';

const dependencies = suite('installDependencies');

const MARKER = 'node_modules/.portside-setup';

/** Creates a checkout with a single, local dependency, so that the real npm needs no network. */
function createProject() {
  const { root } = createCheckout();
  const manifest = { name: 'app', version: '1.0.0', dependencies: { local: 'file:local' } };
  mkdirSync(join(root, 'local'));
  writeJson(join(root, 'local/package.json'), { name: 'local', version: '1.0.0' });
  writeJson(join(root, 'package.json'), manifest);
  writeJson(join(root, 'package-lock.json'), {
    name: 'app',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': manifest,
      local: { version: '1.0.0' },
      'node_modules/local': { resolved: 'local', link: true },
    },
  });
  const { progress, lines } = recordProgress();
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_ENV: 'production' };
  delete env['npm_execpath'];
  return {
    root,
    manifest,
    lines,
    install: (extraEnv = {}) => installDependencies({ progress, root, env: { ...env, ...extraEnv } }),
  };
}

const writeJson = (path: string, value: unknown) => writeFileSync(path, JSON.stringify(value));

dependencies('installs into a fresh clone and does nothing the next time', async () => {
  const { root, lines, install } = createProject();
  await install();
  assert.ok(existsSync(join(root, 'node_modules/local/package.json')));
  assert.equal(lines, ['npm dependencies: installed']);
  await install();
  assert.is(lines.length, 1);
});

dependencies('reinstalls after a change of package-lock.json', async () => {
  const { root, lines, install } = createProject();
  await install();
  const lock = join(root, 'package-lock.json');
  writeFileSync(lock, `${readFileSync(lock, 'utf8')}\n`);
  await install();
  assert.is(lines.length, 2);
});

dependencies('reinstalls if the marker was written by another Node version', async () => {
  const { root, lines, install } = createProject();
  await install();
  writeFileSync(join(root, MARKER), 'written by another Node');
  await install();
  assert.is(lines.length, 2);
});

dependencies('rejects with the output of a failing npm and leaves no marker', async () => {
  const { root, manifest, install } = createProject();
  await install();
  mkdirSync(join(root, 'second'));
  writeJson(join(root, 'second/package.json'), { name: 'second', version: '1.0.0' });
  writeJson(join(root, 'package.json'), {
    ...manifest,
    dependencies: { local: 'file:local', second: 'file:second' },
  });
  const message = await readRejection(install);
  assert.match(message, /^npm ci .* ended with exit code 1\n/);
  assert.match(message, 'npm error Missing: second@1.0.0 from lock file');
  rmSync(join(root, 'node_modules'), { recursive: true });
  assert.match(await readRejection(install), 'ended with exit code 1');
  assert.not.ok(existsSync(join(root, MARKER)));
});

dependencies('accepts dependencies that were installed manually with npm', async () => {
  const { root, lines, install } = createProject();
  const npm = spawnSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: root, encoding: 'utf8' });
  assert.is(npm.status, 0, npm.stderr);
  await install();
  assert.equal(lines, []);
});

dependencies("reinstalls if npm's record does not match the lock file", async () => {
  const { root, lines, install } = createProject();
  const record = join(root, 'node_modules/.package-lock.json');
  for (const [now, earlier] of [
    ['"node_modules/local"', '"node_modules/earlier"'],
    ['"1.0.0"', '"0.9.0"'],
  ] as const) {
    await install();
    rmSync(join(root, MARKER));
    writeFileSync(record, readFileSync(record, 'utf8').replaceAll(now, earlier));
    await install();
  }
  assert.is(lines.length, 3);
});

dependencies('includes development dependencies and disables install scripts', async () => {
  const { root, install } = createProject();
  const bin = join(root, 'bin');
  writeProgram(join(bin, 'npm'), 'echo "$@" > arguments; /bin/mkdir -p node_modules');
  await install({ PATH: bin });
  assert.is(
    readFileSync(join(root, 'arguments'), 'utf8').trim(),
    'ci --ignore-scripts --no-audit --no-fund --include=dev --loglevel=error',
  );
});

dependencies.run();
