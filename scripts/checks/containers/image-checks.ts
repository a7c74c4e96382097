import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { Check } from '../checks.ts';
import type { Engine } from './engine.ts';
import { tag, targets, type Images } from './images.ts';

/** Maximum size of an image without its base, in bytes. Measured: 13.2 million. */
const ownBytesLimit = 14_000_000;

const Image = z.object({
  Size: z.number(),
  Config: z.object({
    User: z.string(),
    Entrypoint: z.array(z.string()),
    Labels: z.record(z.string(), z.string()),
    Healthcheck: z.object({ Test: z.array(z.string()) }).optional(),
  }),
});

/** Runs inside the image and prints its development dependencies, source files, stream files and top-level files. */
const contentScript = `
  const { existsSync, readdirSync } = require('node:fs');
  const files = readdirSync('.', { recursive: true }).map(String);
  const production = require('/app/node_modules/@portside/kit/package.json').dependencies;
  console.log(JSON.stringify({
    development: Object.keys(require('/app/package.json').devDependencies)
      .filter((name) => !(name in production) && existsSync('node_modules/' + name)),
    sources: files.filter((file) => /\\.[cm]?ts$|\\.map$/.test(file)),
    streams: readdirSync('streams').sort(),
    top: readdirSync('.').sort(),
  }));
`;

export function imageChecks(engine: Engine, images: Images): readonly Check[] {
  const inspect = async (image: string) =>
    z
      .array(Image)
      .length(1)
      .parse(JSON.parse(await engine.docker('image', 'inspect', image)))[0];

  return targets.map((target) => ({
    name: `image ${target}: unprivileged user, exec form, labels, only production code, size limit`,
    async run() {
      const image = `portside-${target}:${tag}`;
      const [found, base] = [await inspect(image), await baseSize(engine, images.base)];
      assert.ok(found !== undefined);
      assert.match(found.Config.User, /^[1-9]\d*:[1-9]\d*$/);
      const entry =
        target === 'provision'
          ? ['node_modules/@portside/kit/dist/cli/portside.js', 'provision']
          : [`dist/${target}/main.js`];
      assert.equal(found.Config.Entrypoint, ['node', ...entry]);
      assert.is(found.Config.Healthcheck?.Test[0], target === 'provision' ? undefined : 'CMD');
      const label = (name: string) => found.Config.Labels[`org.opencontainers.image.${name}`];
      assert.is(label('title'), `portside-${target}`);
      assert.is(label('version'), images.version);
      assert.is(label('revision'), images.revision);
      assert.match(label('description') ?? '', /\w{3}/);
      const run = ['run', '--rm', '--read-only', '--network=none', '--entrypoint=node'];
      const content = await engine.docker(...run, image, '-e', contentScript);
      assert.equal(JSON.parse(content), {
        development: [],
        sources: [],
        streams: targets.filter((name) => name !== 'provision').map((name) => `${name}.json`),
        top: ['dist', 'node_modules', 'package.json', 'samples', 'streams'],
      });
      const own = found.Size - base;
      assert.ok(
        own < ownBytesLimit,
        `${own} bytes without the base image exceed the limit of ${ownBytesLimit}`,
      );
      return { verdict: 'ok', note: `${megabytes(own)} MB on a base of ${megabytes(base)} MB` };
    },
  }));
}

async function baseSize(engine: Engine, image: string): Promise<number> {
  return Number(await engine.docker('image', 'inspect', '--format', '{{.Size}}', image));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
