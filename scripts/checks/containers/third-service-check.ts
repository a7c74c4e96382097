/** `examples/chargers/`: its image and its entry for Docker Compose, beside the services that run already. */

import * as assert from 'uvu/assert';
import { eventually } from '../../../test/support/eventually.ts';
import { createHttpClient } from '../../../test/support/http/http.ts';
import type { Check } from '../checks.ts';
import { addressOf, type Deployment } from './deployment.ts';
import type { Engine } from './engine.ts';
import { buildImage, tag, type Images } from './images.ts';

/** Milliseconds that it may take until it answers; the machine may be busy. */
const answersTimeoutMs = 120_000;

export function thirdServiceCheck(engine: Engine, images: Images, deployment: Deployment): Check {
  return {
    name: 'a third service: its image and its compose entry bring it up, and its stream',
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
        assert.ok(container !== undefined, 'there is no container');
        const { get, post } = createHttpClient(`http://${addressOf(container, 5002)}`);
        assert.is((await get('/chargers')).status, 200);
        const refused = await post('/chargers', { json: { watts: 65, portId: 999_999 } });
        assert.is(refused.status, 409);
      }, answersTimeoutMs);
      return { verdict: 'ok' };
    },
  };
}
