/** Packs the kit and installs it with npm, as a user does. */

import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const Packed = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })]);

/** Options of `npm install` that a test needs in addition. */
export const installOptions = [
  '--prefer-offline',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** Returns the output of a program. Fails if its exit code is not 0. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  assert.is(status, 0, `${program} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

/** Packs a copy of the kit in `folder`, because other tests use the real build. */
export function packKit(folder: string) {
  const checkout = join(folder, 'checkout');
  const kit = join(checkout, 'src', 'kit');
  cpSync(join(root, 'src', 'kit'), kit, { recursive: true, filter: (path) => basename(path) !== 'dist' });
  cpSync(join(root, 'tsconfig.json'), join(checkout, 'tsconfig.json'));
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  const stdout = run('npm', ['pack', '--json'], kit);
  // npm prints the output of the build before the JSON.
  const [{ filename, files }] = Packed.parse(JSON.parse(stdout.slice(stdout.search(/^\[$/m))));
  return { tarball: join(kit, filename), files: files.map(({ path }) => path) };
}

/** npm's cache contains the packages if `npm ci` has installed this checkout, but not the lists of their versions. */
export function isRegistryReachable(folder: string): boolean {
  const { stderr } = spawnSync('npm', ['view', '@nats-io/nats-core', 'version', '--fetch-retries=0'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return !/\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT)\b/.test(stderr);
}
