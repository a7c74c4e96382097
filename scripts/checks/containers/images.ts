import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readVersion } from '../../../src/kit/runtime/package-version.ts';
import { findNatsServer } from '../../setup/programs/nats-server.mjs';
import { findServices } from '../../services.ts';
import { ROOT } from '../../setup/root.mjs';
import { findBase, pull, type Base } from './base-image.ts';
import type { Engine } from './engine.ts';
import { cacheFolder, runIn, step, type RunContext } from './run-context.ts';

/** Dockerfile targets under test. */
export const targets = ['provision', ...(await findServices('src')).map(({ contract }) => contract.name)];

/** Tag of the images built by the tests. */
export const tag = 'test';

export type Images = {
  /** Base image. */
  readonly base: string;
  /** `docker build` arguments that are specific to this machine. */
  readonly buildArguments: readonly string[];
  readonly nats: string;
  /** Expected values of the image labels. */
  readonly version: string;
  readonly revision: string;
};

/** Predefined build arguments of Docker; they are not stored in the image. */
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

export async function buildImages(context: RunContext, engine: Engine): Promise<Images> {
  const base = await findBase(context, engine, await readDefault('docker/Dockerfile', /^ARG BASE=(.+)$/m));
  const nats = await findNatsImage(context, engine, base);
  const version = readVersion(pathToFileURL(join(ROOT, 'package.json')));
  const revision = await runIn(context, 'git', ['rev-parse', 'HEAD']).then(
    (output) => output.trim(),
    () => 'unknown',
  );
  const { buildArguments } = base;
  const images = { base: base.image, buildArguments, nats, version, revision };
  for (const target of targets) {
    await step(context, `building the image ${target}`, () =>
      buildImage(engine, images, 'docker/Dockerfile', [
        `--target=${target}`,
        `--tag=portside-${target}:${tag}`,
        `--build-arg=VERSION=${version}`,
        `--build-arg=REVISION=${revision}`,
      ]),
    );
  }
  return images;
}

/** Builds a Dockerfile on the base image of the test. The default folder is the checkout. */
export function buildImage(
  engine: Engine,
  { base, buildArguments }: Pick<Images, 'base' | 'buildArguments'>,
  file: string,
  options: readonly string[],
  folder = '.',
): Promise<string> {
  return engine.docker(
    'build',
    ...engine.buildOptions,
    `--file=${file}`,
    ...options,
    `--build-arg=BASE=${base}`,
    ...buildArguments,
    ...proxies.map((name) => `--build-arg=${name}`),
    folder,
  );
}

/** Reads a default value from a file. */
async function readDefault(file: string, pattern: RegExp): Promise<string> {
  const found = pattern.exec(await readFile(join(ROOT, file), 'utf8'))?.[1];
  if (found === undefined) throw new Error(`${file} does not match ${String(pattern)}`);
  return found;
}

/** Returns the name of the broker's image in the compose file. */
export function readNatsImageName(): Promise<string> {
  return readDefault('docker/compose.yaml', /\$\{NATS_IMAGE:-(.+)\}/);
}

/** Returns the broker image of the compose file. Without a registry, builds one from this machine's nats-server. */
async function findNatsImage(context: RunContext, engine: Engine, base: Base): Promise<string> {
  const named = await readNatsImageName();
  const isLocalBase = base.image.startsWith('portside-base:');
  if (!isLocalBase && (await pull(context, engine, named))) return named;
  const program = (await findNatsServer())?.path;
  if (program === undefined) throw new Error('nats-server not found; run `npm run setup`');
  await mkdir(cacheFolder, { recursive: true });
  const buildContext = await mkdtemp(join(cacheFolder, 'nats-'));
  context.defer(() => rm(buildContext, { recursive: true, force: true }));
  await copyFile(program, join(buildContext, 'nats-server'));
  await writeFile(join(buildContext, 'wget'), wget);
  await chmod(join(buildContext, 'wget'), 0o755);
  await writeFile(
    join(buildContext, 'Dockerfile'),
    `FROM ${base.image}\nCOPY nats-server wget /usr/local/bin/\nCMD ["nats-server"]\n`,
  );
  const image = `portside-nats:${tag}`;
  await engine.docker('build', '--tag', image, buildContext);
  return image;
}

/** A substitute for wget, which the official image contains and the health check in the compose file uses. */
const wget = `#!/usr/local/bin/node
require('node:http')
  .get(process.argv.at(-1), ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('error', () => process.exit(1));
`;
