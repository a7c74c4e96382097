/** Creates a package with `portside new` from the packed kit, builds its image and runs its compose file. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as assert from 'uvu/assert';
import { eventually } from '../../../test/support/eventually.ts';
import { createHttpClient } from '../../../test/support/http/http.ts';
import { installPackages, packKit, runProgram } from '../../../test/support/package/kit-package.ts';
import type { Check } from '../checks.ts';
import type { Engine } from './engine.ts';
import { buildImage, tag, type Images } from './images.ts';
import { step, type RunContext } from './run-context.ts';

const name = 'lamps';
const image = `${name}:${tag}`;
const project = 'portside-new-test';

/** Port of the service in its container. */
const httpPort = 5003;

/** Time for the containers to become healthy, in ms; generous for busy machines. */
const healthyTimeoutMs = 120_000;

export function newPackageCheck(context: RunContext, engine: Engine, images: Images): Check {
  return {
    name: 'a package that `portside new` creates builds its image, and its compose file runs it with a broker',
    async run() {
      const folder = await step(context, 'creating a package', () => Promise.resolve(createPackage(context)));
      await step(context, `building the image ${name}`, () =>
        buildImage(engine, images, join(folder, 'Dockerfile'), [`--tag=${image}`], folder),
      );
      context.defer(() => engine.docker('image', 'rm', image));
      await assertProductionOnly(engine);

      const env = { TAG: tag, NATS_IMAGE: images.nats, HTTP_PORT: '0', NATS_PORT: '0' };
      const files = ['--project-name', project, '--file', join(folder, 'compose.yaml')];
      const compose = (...args: readonly string[]) => engine.compose(env, ...files, ...args);
      const down = () => compose('down', '--volumes', '--remove-orphans', '--timeout', '5');
      // A run that was killed leaves its containers behind.
      await down();
      context.defer(down);
      await compose('up', '--detach', '--no-build');
      await eventually(async () => {
        const id = (await compose('ps', '--quiet', name)).trim();
        const health = await engine.docker('inspect', '--format', '{{.State.Health.Status}}', id);
        assert.is(health.trim(), 'healthy');
      }, healthyTimeoutMs);
      const address = (await compose('port', name, String(httpPort))).trim();
      const { get, post } = createHttpClient(`http://${address}`);
      const added = await post(`/${name}`, { json: { id: 1, name: 'North' } });
      assert.is(added.status, 201, added.text);
      assert.equal((await get(`/${name}/1`)).body, { id: 1, name: 'North' });
      return { verdict: 'ok' };
    },
  };
}

/** Returns the folder of the package. The tarball of the kit is inside it, as its Dockerfile requires. */
function createPackage({ defer }: RunContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'portside-new-'));
  defer(() => rmSync(parent, { recursive: true, force: true }));
  const { tarball } = packKit(parent);
  const app = join(parent, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "version": "1.0.0", "private": true }');
  installPackages(app, tarball);
  runProgram('npx', ['--no-install', 'portside', 'new', name, '--kit', `file:${tarball}`], app);
  const folder = join(app, name);
  cpSync(tarball, join(folder, basename(tarball)));
  installPackages(folder, `./${basename(tarball)}`);
  return folder;
}

async function assertProductionOnly(engine: Engine): Promise<void> {
  const script = "console.log(process.getuid(), require('node:fs').existsSync('node_modules/typescript'))";
  const run = ['run', '--rm', '--read-only', '--network=none', '--entrypoint=node'];
  assert.is((await engine.docker(...run, image, '-e', script)).trim(), '10001 false');
}
