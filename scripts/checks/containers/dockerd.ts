/** A private Docker engine. It stores its images in the checkout and does not affect other engines on the machine. */

import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../../../test/support/eventually.ts';
import { spawnSupervised } from '../../../src/kit/launch/supervised-process.ts';
import { isRoot, ensureProgram } from './packages.ts';
import { UnsupportedEnvironment, cacheFolder, runIn, step, type RunContext } from './run-context.ts';

/** Number of log lines in the error message of a failed start. */
const shownLogLines = 5;

/** Starts the engine. Returns the environment variable with which `docker` finds it. */
export async function dockerdEnvironment(context: RunContext): Promise<{ DOCKER_HOST: string }> {
  if (process.platform !== 'linux') throw new UnsupportedEnvironment('no Docker engine is running');
  if (!isRoot())
    throw new UnsupportedEnvironment('no Docker engine is running, and starting one requires root');
  const program = await ensureProgram(context, 'dockerd', 'docker.io');
  return step(context, 'starting a Docker engine', () => start(context, program));
}

async function start(context: RunContext, program: string): Promise<{ DOCKER_HOST: string }> {
  await mkdir(cacheFolder, { recursive: true });
  // Not in the checkout, because the path of a Unix socket is limited to 107 characters.
  const folder = await mkdtemp(join(tmpdir(), 'portside-docker-'));
  context.defer(() => rmSync(folder, { recursive: true, force: true }));
  const address = { DOCKER_HOST: `unix://${join(folder, 'docker.sock')}` };
  const child = spawnSupervised(program, [
    `--host=${address.DOCKER_HOST}`,
    `--exec-root=${join(folder, 'exec')}`,
    `--data-root=${join(cacheFolder, 'docker')}`,
    `--pidfile=${join(cacheFolder, 'docker.pid')}`,
    // Containers in a network reach each other and published ports are relayed without firewall rules.
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
  ]);
  const lastLines: string[] = [];
  let hasExited = false;
  const exited = new Promise<void>((resolve) => {
    const onExit = () => {
      hasExited = true;
      resolve();
    };
    child.once('close', onExit);
    child.once('error', onExit);
  });
  if (child.stderr !== null) {
    createInterface(child.stderr).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > shownLogLines) lastLines.shift();
    });
  }
  context.defer(async () => {
    child.stdin?.destroy();
    await exited;
    await unmountLeftovers(context, folder);
  });
  const probe = async () => {
    if (!hasExited) await runIn({ ...context, env: { ...context.env, ...address } }, 'docker', ['version']);
  };
  await eventually(probe, 60_000, 200);
  if (hasExited)
    throw new UnsupportedEnvironment(['the Docker engine cannot be started:', ...lastLines].join('\n  '));
  return address;
}

/** Unmounts the namespace of the host network, which the engine leaves mounted. */
async function unmountLeftovers(context: RunContext, folder: string): Promise<void> {
  const namespaces = join(folder, 'exec', 'netns');
  await runIn(context, 'umount', [join(namespaces, 'default')]).catch(() => undefined);
}
