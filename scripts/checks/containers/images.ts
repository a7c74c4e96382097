/** Builds the images as a user would, and brings the broker's. */

import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readVersion } from '../../../src/kit/runtime/package-version.ts';
import { findNatsServer } from '../../setup/programs/nats-server.mjs';
import { ROOT } from '../../setup/root.mjs';
import { provideBase, pull, type Base } from './base-image.ts';
import type { Engine } from './engine.ts';
import { keptFolder, runIn, step, type Workshop } from './workshop.ts';

/** The targets of the Dockerfile that the test runs. */
export const targets = ['provision', 'laptops', 'ports'] as const;

/** The tag that the tests give to what they build. */
export const tag = 'test';

export type Images = {
  /** The image that ours are built on. */
  readonly base: string;
  /** What a build on this machine has to be told. */
  readonly buildArguments: readonly string[];
  readonly nats: string;
  /** What the images' labels have to say. */
  readonly version: string;
  readonly revision: string;
};

/** Variables that Docker takes into a build without being told to, and keeps out of the image. */
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

export async function provideImages(workshop: Workshop, engine: Engine): Promise<Images> {
  const base = await provideBase(
    workshop,
    engine,
    await readDefault('docker/Dockerfile', /^ARG BASE=(.+)$/m),
  );
  const nats = await provideNats(workshop, engine, base);
  const version = readVersion(pathToFileURL(join(ROOT, 'package.json')));
  const revision = await runIn(workshop, 'git', ['rev-parse', 'HEAD']).then(
    (output) => output.trim(),
    () => 'unknown',
  );
  const { buildArguments } = base;
  const images = { base: base.image, buildArguments, nats, version, revision };
  for (const target of targets) {
    await step(workshop, `building the image of ${target}`, () =>
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

/** Builds a Dockerfile of the project on the base that the test has. */
export function buildImage(
  engine: Engine,
  { base, buildArguments }: Pick<Images, 'base' | 'buildArguments'>,
  file: string,
  options: readonly string[],
): Promise<string> {
  return engine.docker(
    'build',
    ...engine.buildOptions,
    `--file=${file}`,
    ...options,
    `--build-arg=BASE=${base}`,
    ...buildArguments,
    ...proxies.map((name) => `--build-arg=${name}`),
    '.',
  );
}

/** What a file of ours names unless it is told otherwise. */
async function readDefault(file: string, pattern: RegExp): Promise<string> {
  const found = pattern.exec(await readFile(join(ROOT, file), 'utf8'))?.[1];
  if (found === undefined) throw new Error(`${file} names nothing like ${String(pattern)}`);
  return found;
}

/** The compose file's broker, or, where there is no registry, this machine's nats-server on our base. */
async function provideNats(workshop: Workshop, engine: Engine, base: Base): Promise<string> {
  const named = await readDefault('docker/compose.yaml', /\$\{NATS_IMAGE:-(.+)\}/);
  const isStandIn = base.image.startsWith('portside-base:');
  if (!isStandIn && (await pull(workshop, engine, named))) return named;
  const program = (await findNatsServer())?.path;
  if (program === undefined) throw new Error('no nats-server: run `npm run setup`');
  await mkdir(keptFolder, { recursive: true });
  const context = await mkdtemp(join(keptFolder, 'nats-'));
  workshop.defer(() => rm(context, { recursive: true, force: true }));
  await copyFile(program, join(context, 'nats-server'));
  await writeFile(join(context, 'wget'), wget);
  await chmod(join(context, 'wget'), 0o755);
  await writeFile(
    join(context, 'Dockerfile'),
    `FROM ${base.image}\nCOPY nats-server wget /usr/local/bin/\nCMD ["nats-server"]\n`,
  );
  const image = `portside-nats:${tag}`;
  await engine.docker('build', '--tag', image, context);
  return image;
}

/** As much of wget, which the broker's image has, as the compose file's health check needs. */
const wget = `#!/usr/local/bin/node
require('node:http')
  .get(process.argv.at(-1), ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('error', () => process.exit(1));
`;
