/** `npm run doctor` reports JetStream storage that is full or nearly full, on a server with a small limit. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstream } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startNatsServer } from '../../src/kit/launch/nats-server.ts';
import { findNatsServer } from '../../scripts/setup/programs/nats-server.mjs';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { connectForTest } from '../support/broker/broker.ts';
import { diagnose } from '../support/scripts/doctor.ts';

const folder = mkdtempSync(join(tmpdir(), 'portside-storage-'));
const program = (await findNatsServer())?.path ?? '';
const streamsFolder = fileURLToPath(new URL('../../streams', import.meta.url));

const limit = 1_000_000;
const messageBytes = 10_000;

const closers: (() => Promise<void>)[] = [];

/** Starts a server with provisioned streams and a stream for messages that fill the storage. */
async function startLimited(name: string, { server = '', account = '' }) {
  const dataDir = join(folder, name);
  const configuration = `
    jetstream { store_dir: ${JSON.stringify(dataDir)}, sync_interval: always, ${server} }
    accounts { A { users: [{ user: a, password: a }], jetstream { ${account} } } }
    no_auth_user: a`;
  const broker = await startNatsServer({ program, dataDir, port: 0, monitorPort: 0, configuration });
  const { connection, jsm } = await connectForTest(broker);
  await provisionStreams(connection.nc, streamsFolder);
  await jsm.streams.add({ name: 'FILLER', subjects: ['filler'] });
  const env = { NATS_URL: broker.url, NATS_MONITOR_URL: broker.monitorUrl ?? '' };
  const js = jetstream(connection.nc);
  closers.push(async () => {
    await connection.nc.close();
    await broker.stop();
  });
  return {
    jsm,
    js,
    diagnose: () => diagnose(env),
    /** Publishes until the account uses at least `bytes`, or a message is rejected. */
    async fill(bytes: number): Promise<void> {
      while ((await jsm.getAccountInfo()).storage < bytes) {
        await js.publish('filler', new Uint8Array(messageBytes));
      }
    },
  };
}

const storage = suite('JetStream storage');

for (const [name, finding, limits] of [
  ['a server', 'storage portside', { server: `max_file_store: ${limit}` }],
  ['an account', 'storage account', { account: `max_file: ${limit}` }],
] as const) {
  storage(`of ${name} is ok, a warning when it is nearly full, and a failure when it is full`, async () => {
    const limited = await startLimited(name.replace(' ', '-'), limits);
    const { complaints } = await limited.diagnose();
    assert.equal(
      complaints.filter((complaint) => complaint.includes('storage')),
      [],
    );

    await limited.fill(0.85 * limit);
    const nearly = await limited.diagnose();
    assert.match(
      nearly.textOf(finding),
      /^warning: nearly full: 8\d\d\.\d KiB of 976\.6 KiB used \(8\d %\) → /,
    );

    const rejection = await limited.fill(2 * limit).then(() => 'accepted', String);
    assert.match(rejection, /insufficient|exceeded/);
    const full = await limited.diagnose();
    assert.match(full.textOf(finding), /^failure: full: .* used \((?:9\d|100) %\).* → .*raise/s);
    assert.ok(full.complaints.includes(`failure ${finding}`));
  });
}

storage('of a stream with its own limit is a warning when it is nearly full', async () => {
  const limited = await startLimited('stream', {});
  await limited.jsm.streams.update('PORTS', { max_msgs: 5 });
  for (let id = 1; id <= 4; id++) await limited.js.publish(`ports.events.${id}`, 'not an event');
  assert.match(
    (await limited.diagnose()).textOf('max_msgs PORTS'),
    /^warning: nearly full: 4 of 5 used \(80 %\)/,
  );
  await limited.js.publish('ports.events.5', 'not an event');
  assert.match((await limited.diagnose()).textOf('max_msgs PORTS'), /^failure: full: 5 of 5 used \(100 %\)/);
});

storage.after(async () => {
  for (const close of closers) await close();
  rmSync(folder, { recursive: true });
});
storage.run();
