/** Builds the image of `examples/chargers/` and runs it with Docker Compose in addition to the other services. */

import * as assert from 'uvu/assert';
import { eventually } from '../../../test/support/eventually.ts';
import { createHttpClient } from '../../../test/support/http/http.ts';
import type { Check } from '../checks.ts';
import { addressOf, type Deployment } from './deployment.ts';
import type { Engine } from './engine.ts';
import { buildImage, tag, type Images } from './images.ts';

/** Time for the service to become ready, in ms; generous for busy machines. */
const readyTimeoutMs = 120_000;

export function thirdServiceCheck(engine: Engine, images: Images, deployment: Deployment): Check {
  return {
    name: 'a third service starts from its image and compose entry, with its own stream',
    async run() {
      await buildImage(engine, images, 'examples/chargers/Dockerfile', [
        `--tag=portside-chargers:${tag}`,
        `--build-arg=SERVICE=portside-ports:${tag}`,
      ]);
      const entry = ['--file', 'examples/chargers/compose.yaml'];
      await deployment.compose(...entry, 'up', '--detach', '--no-build', '--no-deps', 'provision');
      await deployment.compose(...entry, 'up', '--detach', '--no-build', '--no-deps', 'chargers');
      await eventually(async () => {
        const [container] = await deployment.containers('chargers');
        assert.ok(container !== undefined, 'the container does not exist');
        const { get, post } = createHttpClient(`http://${addressOf(container, 5002)}`);
        assert.is((await get('/chargers')).status, 200);
        const rejected = await post('/chargers', { json: { watts: 65, portId: 999_999 } });
        assert.is(rejected.status, 409);
      }, readyTimeoutMs);
      return { verdict: 'ok' };
    },
  };
}
