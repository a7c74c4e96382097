/** `portside dev` with a service that follows a stream that is defined outside of its package. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findNatsServer } from '../../scripts/setup/programs/nats-server.mjs';
import { typescriptArgs } from '../../scripts/typescript-args.ts';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { createHttpClient } from '../support/http/http.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'portside-dev-'));
const server = (await findNatsServer())?.path ?? '';
const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);

/** Runs `portside dev` for the docks, which follow the laptops. */
function startDev(env: Readonly<Record<string, string>>) {
  const child = spawn(
    process.execPath,
    [...typescriptArgs, pathOf('src/kit/cli/portside.ts'), 'dev', pathOf('examples/docks/src/dock.ts')],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NATS_SERVER: server,
        DATA_DIR: folder,
        NATS_PORT: '0',
        NATS_URL: '',
        HTTP_PORT: '0',
        PROBE_PORT: '0',
        ...env,
      },
    },
  );
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const up = new Promise<{ url: string; nats: string }>((resolve, reject) => {
    const read = (chunk: string) => {
      output += chunk;
      const [, url] = /console +(\S+)\/\n/.exec(output) ?? [];
      const [, nats] = /NATS +(nats:\S+)/.exec(output) ?? [];
      if (url !== undefined && nats !== undefined) resolve({ url, nats });
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    void ended.then(() => reject(new Error(`portside dev exited:\n${output}`)));
  });
  // The test of a failing start does not await `up`.
  up.catch(() => undefined);
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return { up, ended, stop, output: () => output };
}

const ownBroker = suite('portside dev on its own nats-server');

ownBroker(
  'creates the followed stream, prints its name, and reads the events that are published to it',
  async () => {
    const { up, stop, output } = startDev({});
    const { url, nats } = await up;
    assert.match(output(), 'Created the stream LAPTOPS, empty: the docks service follows it.');
    const { nc } = await connectToNats({ url: nats, name: 'test' });
    try {
      await nc.request('laptops.events.7', '{"type":"LaptopAdded","title":"Lenovo","model":"S3"}');
      const docks = createHttpClient(url);
      assert.is(
        (await docks.post('/docks', { json: { id: 1, vendor: 'Dell', label: 'North' } })).status,
        201,
      );
      const docked = await docks.put('/docks/1/slots/3', {
        json: { laptopId: 7 },
        headers: { 'Wait-For-Position': 'latest' },
      });
      assert.is(docked.status, 204, docked.text);
      assert.match((await docks.get('/docks/1')).text, '"title":"Lenovo"');
    } finally {
      await nc.close();
    }
    assert.is(await stop(), 0);
  },
);
ownBroker('does not create it again', async () => {
  const { up, stop, output } = startDev({});
  const { url } = await up;
  assert.not.match(output(), 'Created');
  assert.match((await createHttpClient(url).get('/docks/1')).text, '"title":"Lenovo"');
  assert.is(await stop(), 0);
});
ownBroker.run();

const otherBroker = suite('portside dev with NATS_URL');

otherBroker('neither changes the followed stream nor creates a bucket for its owner', async () => {
  const before = await jsm.streams.info('LAPTOPS');
  await jsm.streams.delete('OBJ_laptops-snapshots');
  const { up, stop } = startDev({ NATS_URL: broker.url });
  await up;
  assert.is(await stop(), 0);
  assert.equal((await jsm.streams.info('LAPTOPS')).config, before.config);
  const names = await jsm.streams.names().next();
  assert.equal(
    names.filter((name) => name.startsWith('OBJ_')),
    ['OBJ_docks-snapshots', 'OBJ_ports-snapshots'],
  );
});
otherBroker('names a followed stream that has other content', async () => {
  const { config } = await jsm.streams.info('LAPTOPS');
  await jsm.streams.update('LAPTOPS', { ...config, subjects: ['laptops.events.*', 'laptops.other'] });
  const { ended, output } = startDev({ NATS_URL: broker.url });
  assert.is(await ended, 1);
  assert.match(
    output(),
    /portside dev: stream LAPTOPS, which the docks service follows, differs from \S+follows\/laptops\.json:\n {2}subjects/,
  );
});
otherBroker('names a followed stream that does not exist, and its owner', async () => {
  await jsm.streams.delete('LAPTOPS');
  const { ended, output } = startDev({ NATS_URL: broker.url });
  assert.is(await ended, 1);
  assert.match(
    output(),
    /stream LAPTOPS, which the docks service follows, does not exist on \S+; provision the laptops service, which owns it\n/,
  );
});
otherBroker.after(async () => {
  await connection.nc.close();
  await broker.close();
  rmSync(folder, { recursive: true });
});
otherBroker.run();
