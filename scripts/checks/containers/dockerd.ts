/** A Docker engine of our own: its images lie in the checkout, nothing else on the machine knows of it. */

import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../../../test/support/eventually.ts';
import { spawnSupervised } from '../../supervised-process.ts';
import { isRoot, provideProgram } from './packages.ts';
import { CannotRun, keptFolder, runIn, step, type Workshop } from './workshop.ts';

/** How many of its last log lines stand in the reason when it does not come up. */
const shownLogLines = 5;

/** Starts the engine; returns the variable by which `docker` finds it. */
export async function dockerdEnvironment(workshop: Workshop): Promise<{ DOCKER_HOST: string }> {
  if (process.platform !== 'linux') throw new CannotRun('no Docker engine answers');
  if (!isRoot()) throw new CannotRun('no Docker engine answers, and only root may start one');
  const program = await provideProgram(workshop, 'dockerd', 'docker.io');
  return step(workshop, 'starting a Docker engine', () => start(workshop, program));
}

async function start(workshop: Workshop, program: string): Promise<{ DOCKER_HOST: string }> {
  await mkdir(keptFolder, { recursive: true });
  // Its sockets do not lie in the checkout: the path of one may have 107 characters only.
  const folder = await mkdtemp(join(tmpdir(), 'portside-docker-'));
  workshop.defer(() => rmSync(folder, { recursive: true, force: true }));
  const address = { DOCKER_HOST: `unix://${join(folder, 'docker.sock')}` };
  const child = spawnSupervised(program, [
    `--host=${address.DOCKER_HOST}`,
    `--exec-root=${join(folder, 'exec')}`,
    `--data-root=${join(keptFolder, 'docker')}`,
    `--pidfile=${join(keptFolder, 'docker.pid')}`,
    // Containers on one network reach each other, and published ports are relayed, without a rule in the firewall.
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
  ]);
  const lastLines: string[] = [];
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      ended = true;
      resolve();
    };
    child.once('close', end);
    child.once('error', end);
  });
  if (child.stderr !== null) {
    createInterface(child.stderr).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > shownLogLines) lastLines.shift();
    });
  }
  workshop.defer(async () => {
    child.stdin?.destroy();
    await exited;
    await unmountLeftovers(workshop, folder);
  });
  const answers = async () => {
    if (!ended) await runIn({ ...workshop, env: { ...workshop.env, ...address } }, 'docker', ['version']);
  };
  await eventually(answers, 60_000, 200);
  if (ended) throw new CannotRun(['no Docker engine can be started here:', ...lastLines].join('\n  '));
  return address;
}

/** The engine leaves the namespace of its host network mounted. */
async function unmountLeftovers(workshop: Workshop, folder: string): Promise<void> {
  const namespaces = join(folder, 'exec', 'netns');
  await runIn(workshop, 'umount', [join(namespaces, 'default')]).catch(() => undefined);
}
