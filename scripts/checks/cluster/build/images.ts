/** Builds the images of the project and of the cluster, and saves them in one archive that the nodes import. */

import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../../setup/root.mjs';
import { findEngine, type Engine } from '../../containers/engine.ts';
import { buildImage, buildImages, readNatsImageName, tag, targets } from '../../containers/images.ts';
import { ensureProgram } from '../../containers/packages.ts';
import { step, type RunContext } from '../../containers/run-context.ts';
import { clusterFolder, programPath } from './programs.ts';

/** Images of the cluster itself. */
export const clusterImages = {
  /** Sleeps. Holds the namespaces of a pod, and is the client in the pods of the test. */
  idle: 'portside-test-idle:local',
  coredns: 'portside-test-coredns:local',
  metricsServer: 'portside-test-metrics-server:local',
} as const;

/** Registry in `kubernetes/overlays/production`. */
const registry = 'registry.example.com';

/** Version of the images to which the rolling update changes: the same code, which reports this version. */
export const nextVersion = '99.0.0';

export const imageArchive = join(clusterFolder, 'images.tar');

export async function saveImages(context: RunContext): Promise<void> {
  const busybox = await ensureProgram(context, 'busybox', 'busybox-static');
  const engine = await findEngine(context);
  const images = await buildImages(context, engine);
  await step(context, 'building the other images', async () => {
    await buildImage(engine, images, 'examples/chargers/Dockerfile', [
      '--tag=portside-chargers:local',
      `--build-arg=SERVICE=portside-ports:${tag}`,
    ]);
    const { idle, coredns, metricsServer } = clusterImages;
    const sleep = ['/busybox', 'sh', '-c', 'trap exit TERM; while :; do /busybox sleep 3600 & wait $!; done'];
    await buildFromProgram(context, engine, { image: idle, program: busybox, entrypoint: sleep });
    await buildFromProgram(context, engine, { image: coredns, program: programPath('coredns') });
    await buildFromProgram(context, engine, { image: metricsServer, program: programPath('metrics-server') });
    for (const target of targets) await buildNextVersion(context, engine, target);
  });
  const aliases = new Map<string, string>([[await readNatsImageName(), images.nats]]);
  for (const target of targets) {
    aliases.set(`portside-${target}:local`, `portside-${target}:${tag}`);
    aliases.set(`${registry}/portside-${target}:${images.version}`, `portside-${target}:${tag}`);
    aliases.set(`${registry}/portside-${target}:${nextVersion}`, `portside-${target}:${nextVersion}`);
  }
  for (const [alias, image] of aliases) await engine.docker('tag', image, alias);
  const names = ['portside-chargers:local', ...Object.values(clusterImages), ...aliases.keys()];
  // One archive contains the layers that the images share only once.
  await step(context, 'saving the images', () => engine.docker('save', '--output', imageArchive, ...names));
}

type ProgramImage = {
  readonly image: string;
  /** Path of a statically linked program. */
  readonly program: string;
  readonly entrypoint?: readonly string[];
};

/** Builds an image that contains only a program. */
async function buildFromProgram(
  context: RunContext,
  engine: Engine,
  { image, program, entrypoint }: ProgramImage,
): Promise<void> {
  const name = entrypoint?.[0]?.slice(1) ?? 'program';
  const lines = [
    'FROM scratch',
    `COPY ${name} /`,
    `ENTRYPOINT ${JSON.stringify(entrypoint ?? [`/${name}`])}`,
  ];
  await buildFrom(context, engine, image, lines, (folder) => copyFile(program, join(folder, name)));
}

/** Builds the next version of an image. A service reads its version from package.json. */
async function buildNextVersion(context: RunContext, engine: Engine, target: string): Promise<void> {
  const name = `portside-${target}`;
  const lines = [`FROM ${name}:${tag}`, 'COPY package.json /app/'];
  await buildFrom(context, engine, `${name}:${nextVersion}`, lines, async (folder) => {
    const text = await readFile(join(ROOT, 'package.json'), 'utf8');
    const manifest = text.replace(/"version": "[^"]+"/, `"version": "${nextVersion}"`);
    await writeFile(join(folder, 'package.json'), manifest);
  });
}

/** Builds an image from the lines of a Dockerfile, in a folder with the files that they copy. */
async function buildFrom(
  context: RunContext,
  engine: Engine,
  image: string,
  lines: readonly string[],
  writeFiles: (folder: string) => Promise<unknown>,
): Promise<void> {
  const folder = await mkdtemp(join(clusterFolder, 'image-'));
  context.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFiles(folder);
  await writeFile(join(folder, 'Dockerfile'), lines.join('\n'));
  await engine.docker('build', '--tag', image, folder);
  await rm(folder, { recursive: true });
}
