/** `npm run doctor` reports a server that acknowledges messages before they are on the disk. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startNatsServer } from '../../src/kit/launch/nats-server.ts';
import { diagnose } from '../support/scripts/doctor.ts';
import { environmentOf, program } from '../support/scripts/doctor-system.ts';

const folder = mkdtempSync(join(tmpdir(), 'portside-sync-'));

const unsynced = suite('a server that does not sync every write to disk');

/** The server uses the last of several `jetstream` blocks. */
function start(name: string, jetstream = '') {
  const dataDir = join(folder, name);
  const configuration = `jetstream { store_dir: ${JSON.stringify(dataDir)}, ${jetstream} }`;
  return startNatsServer({ program, dataDir, port: 0, monitorPort: 0, configuration });
}

unsynced('is a failure if the streams have a single replica', async () => {
  const server = await start('careless');
  const { complaints, textOf } = await diagnose(environmentOf(server));
  await server.stop();
  assert.equal(complaints, ['failure sync portside', 'failure stream LAPTOPS', 'failure stream PORTS']);
  assert.match(textOf('sync portside'), /every 2 minutes.* lost → .*sync_interval: always/);
});
unsynced('is not taken for the diagnosed server if NATS_MONITOR_URL belongs to it', async () => {
  const [careless, careful] = await Promise.all([start('other'), start('careful', 'sync_interval: always')]);
  const url = careless.monitorUrl ?? '';
  const { textOf } = await diagnose({ ...environmentOf(careful), NATS_MONITOR_URL: url });
  await Promise.all([careless.stop(), careful.stop()]);
  assert.match(textOf(`sync ${url}`), /^warning: unknown: this URL belongs to another server/);
});

unsynced.after(() => rmSync(folder, { recursive: true }));
unsynced.run();
