/** The checkouts that are measured: this one, and with `--compare` or `--node-args` a second one. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { constants, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runCommand } from '../../setup/command.mjs';
import { runNpm } from '../../setup/dependencies.mjs';
import type { ResourceScope } from '../child-processes.ts';

export type Checkout = {
  /** Appended to the names of its subjects; empty for this checkout. */
  readonly suffix: string;
  /** URL of its folder. */
  readonly root: URL;
  /** Additional arguments for the Node processes of its replicas. */
  readonly nodeArgs: readonly string[];
};

export function thisCheckout(nodeArgs: readonly string[] = []): Checkout {
  return { suffix: '', root: new URL('../../../', import.meta.url), nodeArgs };
}

/** The same checkout with additional arguments for the Node processes of its replicas. */
export function withNodeArgs(checkout: Checkout, nodeArgs: readonly string[]): Checkout {
  const suffix = ` with ${nodeArgs.join(' ')}`;
  return { ...checkout, suffix, nodeArgs: [...checkout.nodeArgs, ...nodeArgs] };
}

/** Compiles the services into `dist/`, as for production. */
export async function buildServices({ root }: Checkout): Promise<void> {
  await runNpm(['run', 'build', '--silent'], { cwd: fileURLToPath(root), env: process.env });
}

/**
 * Checks `commit` out into a temporary worktree, installs its dependencies and compiles it. The worktree is removed when the
 * scope closes.
 *
 * @param repository folder of a checkout
 */
export async function addWorktree(
  scope: ResourceScope,
  repository: string,
  commit: string,
): Promise<Checkout> {
  const git = (args: readonly string[], signal?: AbortSignal) =>
    runCommand('git', ['-C', repository, ...args], signal && { signal });
  const revision = (
    await git(['rev-parse', '--verify', '--quiet', '--short', `${commit}^{commit}`]).catch(() => {
      throw new Error(`there is no commit "${commit}"`);
    })
  ).trim();
  const folder = join(await scope.makeFolder(), revision);
  const root = pathToFileURL(`${folder}/`);
  const checkout: Checkout = { suffix: ` at ${revision}`, root, nodeArgs: [] };
  const stop = new AbortController();
  async function prepare() {
    await git(['worktree', 'add', '--quiet', '--detach', folder, revision], stop.signal);
    await copyDependencies(repository, folder);
    // Installs the dependencies unless the copies are the right ones.
    await runGroup('node scripts/setup/setup.mjs --no-nats-server', folder, stop.signal);
    await runGroup('npm run build --silent', folder, stop.signal);
  }
  const prepared = prepare();
  scope.defer(async () => {
    stop.abort();
    await prepared.catch(() => undefined);
    // Fails if there is no worktree yet. The scope removes the folder.
    await git(['worktree', 'remove', '--force', folder]).catch(() => undefined);
  });
  await prepared;
  return checkout;
}

/** Runs a shell command in its own process group, so that aborting it ends all processes that it started. */
async function runGroup(command: string, cwd: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const child = spawn('sh', ['-c', command], { cwd, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  const abort = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', abort, { once: true });
  const output = text(child.stderr);
  const [code] = await once(child, 'close');
  signal.removeEventListener('abort', abort);
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`${command} failed at ${cwd}: ${await output}`);
}

/** Copies `node_modules` if both folders have the same lock file. */
async function copyDependencies(from: string, to: string): Promise<void> {
  const lockOf = (folder: string) => readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const source = join(from, 'node_modules');
  if (!existsSync(source) || lockOf(from) !== lockOf(to)) return;
  // Links stay relative: that of a workspace leads to the workspace of the copy.
  const options = { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE };
  await cp(source, join(to, 'node_modules'), options);
}
