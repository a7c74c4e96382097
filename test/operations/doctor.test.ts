/** `npm run doctor` reports nothing for a healthy system and each problem of a broken one. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Objm } from '@nats-io/obj';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Finding } from '../../scripts/doctor/finding.ts';
import { diagnose, runDoctor } from '../support/scripts/doctor.ts';
import { startNatsServer, type NatsServer } from '../../scripts/broker/nats-server.ts';
import { findNatsServer } from '../../scripts/setup/programs/nats-server.mjs';
import { serveEndpoints } from '../../src/kit/nats/services/endpoints.ts';
import { snapshotBucket } from '../../src/kit/nats/snapshots/snapshots.ts';
import { connectForTest } from '../support/broker/broker.ts';
import { startTestCluster } from '../support/broker/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { startPortside } from '../support/process/portside-process.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'portside-doctor-'));
const program = (await findNatsServer())?.path ?? '';
const broker = await startNatsServer({ program, dataDir: join(folder, 'one'), port: 0, monitorPort: 0 });
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
const env = environmentOf(broker);

const serviceOptions = { natsUrl: broker.url, env: { SNAPSHOT_EVERY: '1' } };
const [laptops, ports] = await Promise.all([
  startServiceProcess('laptops', serviceOptions),
  startServiceProcess('ports', serviceOptions),
]);

/** More events than a replica that advances by one per status request can apply during a diagnosis. */
const portCount = 100;

function environmentOf({ url, monitorUrl = '' }: NatsServer): Record<string, string> {
  return { NATS_URL: url, NATS_MONITOR_URL: monitorUrl };
}

/** Registers a fake replica that reports the given status. */
function announce(name: string, status: () => { position: number; entities: number; rejected: number }) {
  return serveEndpoints({
    nc,
    name,
    version: '0.0.1',
    description: 'a test double',
    endpoints: [],
    status: () => ({ replica: 'other-1', ...status() }),
  });
}

const healthy = suite('a healthy system');

healthy('has no warnings or failures, and its snapshot is listed with the position', async () => {
  const added = await fetch(`${laptops.url}/laptops`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 1, title: 'Lenovo', model: 'S3' }),
  });
  assert.is(added.status, 201);
  await eventually(async () => {
    const { complaints, textOf } = await diagnose(env);
    assert.equal(complaints, []);
    assert.match(textOf('server portside'), /nats-server 2\.\d+\.\d+ at nats:/);
    assert.match(textOf('sync portside'), 'sync_interval: always');
    assert.match(textOf('log LAPTOPS'), '1 messages, ');
    assert.match(textOf('replicas laptops'), /1 at the stream’s end, 1: \S+-\d+ at 1/);
    assert.match(textOf('rejections laptops'), 'none');
    assert.match(
      textOf('snapshots laptops'),
      /latest at 1, \d+ seconds old, \d+ bytes; a starting replica reads 0 messages/,
    );
    assert.match(
      textOf('snapshots ports'),
      'no snapshot of this version yet; a starting replica reads 0 messages',
    );
  });
});

healthy('is reported as aligned lines and a summary', async () => {
  const { code, stdout, stderr } = await runDoctor(env);
  assert.equal([code, stderr], [0, '']);
  const lines = stdout.split('\n');
  assert.is(lines.filter((line) => line.startsWith('✓ ')).length, 14);
  assert.equal(lines.slice(-3), ['', '14 ok, 0 warnings, 0 failures', '']);
  const column = lines[0]?.indexOf('nats-server');
  assert.is(lines[1]?.indexOf('sync_interval'), column);
});

healthy.run();

const usage = suite('the command line');

usage('prints the options and variables with --help without connecting', async () => {
  const { code, stdout } = await runDoctor({ NATS_URL: 'nats://127.0.0.1:1' }, ['--help']);
  assert.is(code, 0);
  for (const name of ['--json', 'NATS_URL', 'NATS_CREDS', 'NATS_MONITOR_URL']) assert.match(stdout, name);
});

usage('names an invalid option or variable and exits with 2', async () => {
  const [option, variable] = await Promise.all([
    runDoctor(env, ['--frobnicate']),
    runDoctor({ ...env, NATS_MONITOR_URL: 'localhost:8222' }),
  ]);
  assert.equal([option.code, option.stdout], [2, '']);
  assert.match(option.stderr, '--frobnicate');
  assert.equal([variable.code, variable.stdout], [2, '']);
  assert.match(variable.stderr, 'NATS_MONITOR_URL=localhost:8222');
});

usage.run();

const servers = suite('servers');

servers('an unreachable broker is the only failure', async () => {
  const url = 'nats://127.0.0.1:1';
  const { code, stdout, stderr } = await runDoctor({ NATS_URL: url });
  assert.equal([code, stderr], [1, '']);
  assert.match(
    stdout,
    /^✗ server nats:\S+ +cannot reach NATS at nats:\S+ \(NATS_URL\): connection refused\n +→ .*NATS_URL/,
  );
  assert.match(stdout, '\n0 ok, 0 warnings, 1 failures\n');
});

servers('a broker older than 2.12.0 is a failure', async () => {
  const proxy = createServer((client) => {
    const server = connect(broker.port, '127.0.0.1').setEncoding('latin1');
    client.pipe(server);
    server.on('data', (text: string) =>
      client.write(text.replace(/^(INFO .*"version":)"[^"]+"/m, '$1"2.11.9"'), 'latin1'),
    );
    for (const socket of [client, server]) socket.on('error', () => undefined);
  });
  const url = `nats://127.0.0.1:${await listen(proxy)}`;
  const { complaints, textOf } = await diagnose({ ...env, NATS_URL: url });
  proxy.close();
  assert.equal(complaints, ['failure server portside']);
  assert.match(textOf('server portside'), /nats-server 2\.11\.9 .* older than 2\.12\.0/);
});

servers('an unreachable monitoring endpoint is a warning', async () => {
  const gone = createServer();
  const url = `http://127.0.0.1:${await listen(gone)}`;
  gone.close();
  const { complaints, textOf } = await diagnose({ ...env, NATS_MONITOR_URL: url });
  assert.equal(complaints, [`warning sync ${url}`]);
  assert.match(textOf(`sync ${url}`), /unknown: no response \(.*ECONNREFUSED.* → .*NATS_MONITOR_URL/);
});

servers('a NATS_MONITOR_URL that is not a monitoring endpoint is a warning', async () => {
  const url = laptops.url;
  const { complaints } = await diagnose({ ...env, NATS_MONITOR_URL: url });
  assert.equal(complaints, [`warning sync ${url}`]);
});

servers('npm start enables monitoring, and names NATS_MONITOR_PORT if that port is in use', async () => {
  const { port } = new URL(broker.monitorUrl ?? '');
  const { ended, output } = startPortside({
    dataDir: join(folder, 'started'),
    env: { NATS_MONITOR_PORT: port },
  });
  assert.equal(await ended, { code: 1, signal: null });
  assert.match(output(), `port ${port} is in use: set NATS_MONITOR_PORT to another one`);
});

servers.run();

const replicas = suite('replicas and rejections');

replicas('a rejected message is a warning that names the endpoint to check', async () => {
  const position = await publish('laptops.events.1', '{"type":"LaptopMelted"}');
  const { complaints, textOf } = await diagnose(env);
  assert.equal(complaints, ['warning rejections laptops']);
  assert.match(textOf('rejections laptops'), /1 stored messages are skipped.* → GET \/laptops\/rejections/);
  assert.match(textOf('replicas laptops'), `at ${position}`);

  const { code, stdout } = await runDoctor(env, ['--json']);
  assert.is(code, 0);
  const findings: unknown = JSON.parse(stdout);
  assert.ok(Array.isArray(findings));
  assert.equal(
    findings.filter(({ verdict }: Finding) => verdict === 'warning').map(({ name }: Finding) => name),
    ['rejections laptops'],
  );
});

replicas('replicas with different states at the same position are a failure', async () => {
  const stop = await announce('laptops', () => ({ position: 2, entities: 1, rejected: 0 }));
  const { complaints, textOf } = await diagnose(env);
  await stop();
  assert.equal(complaints, ['failure rejections laptops']);
  assert.match(textOf('rejections laptops'), 'other-1 at 2: 0 rejected, 1 entities');
  assert.match(textOf('rejections laptops'), /-\d+ at 2: 1 rejected, 1 entities/);
});

replicas('a replica ahead of the stream is a failure', async () => {
  const stop = await announce('ports', () => ({ position: 9, entities: 1, rejected: 0 }));
  const { complaints, textOf } = await diagnose(env);
  await stop();
  assert.equal(complaints, ['warning rejections laptops', 'failure replicas ports']);
  assert.match(textOf('replicas ports'), 'ahead of the stream’s end, 0');
});

replicas('a lagging replica is a failure if it makes no progress, and otherwise a warning', async () => {
  for (let id = 1; id <= portCount; id += 1)
    await publish(`ports.events.${id}`, '{"type":"PortAdded","name":"A"}');
  let requestCount = 0;
  const stops = await Promise.all([
    announce('laptops', () => ({ position: 1, entities: 1, rejected: 0 })),
    announce('ports', () => ({ position: (requestCount += 1), entities: requestCount, rejected: 0 })),
  ]);
  const { complaints, textOf } = await diagnose(env);
  await Promise.all(stops.map((stop) => stop()));
  assert.equal(complaints, [
    'failure replicas laptops',
    'warning rejections laptops',
    'warning replicas ports',
  ]);
  assert.match(textOf('replicas laptops'), '1 of 2 behind the stream’s end, 2, 1 not moving');
  assert.match(textOf('replicas laptops'), 'other-1 at 1, 1 behind');
  assert.match(textOf('replicas ports'), `1 of 2 behind the stream’s end, ${portCount}, all catching up`);
});

replicas('a service without a responding replica is a failure, and its rejections are unknown', async () => {
  await ports.stop();
  const { complaints, textOf } = await diagnose(env);
  assert.equal(complaints, [
    'warning rejections laptops',
    'failure replicas ports',
    'warning rejections ports',
  ]);
  assert.match(textOf('replicas ports'), 'failure: no replica responds');
  assert.match(textOf('rejections ports'), 'unknown');
});

replicas.run();

const snapshots = suite('snapshots');

snapshots('a truncated snapshot is a warning, and so is one ahead of the stream', async () => {
  const bucket = await new Objm(nc).open(snapshotBucket('ports'));
  const objects = (await bucket.list()).toSorted(
    (a, b) => Number(b.metadata?.['position']) - Number(a.metadata?.['position']),
  );
  const latest = objects.find(({ size }) => size > 0);
  if (latest === undefined) throw new Error('no snapshot was written');
  const { name, metadata = {} } = latest;

  await bucket.putBlob({ name, metadata }, new TextEncoder().encode('{"entries":[]}\n'));
  assert.match(
    (await diagnose(env)).textOf('snapshots ports'),
    /warning: .*\n +not usable: snapshot at position \d+: .*incomplete or corrupt/,
  );

  await bucket.putBlob({ name, metadata: { ...metadata, position: '999' } }, new Uint8Array());
  const { complaints, textOf } = await diagnose(env);
  assert.ok(complaints.includes('warning snapshots ports'));
  assert.match(textOf('snapshots ports'), `position 999: ahead of the stream, which ends at ${portCount}`);
});

snapshots(
  'a missing snapshot is a warning only if the stream has more than SNAPSHOT_EVERY messages',
  async () => {
    const bucket = await new Objm(nc).open(snapshotBucket('ports'));
    for (const { name } of await bucket.list()) await bucket.delete(name);
    const [usual, strict] = await Promise.all([
      diagnose(env),
      diagnose({ ...env, SNAPSHOT_EVERY: String(portCount - 1) }),
    ]);
    assert.match(
      usual.textOf('snapshots ports'),
      `ok: no snapshot of this version yet; a starting replica reads ${portCount} messages`,
    );
    assert.match(
      strict.textOf('snapshots ports'),
      /^warning: no snapshot of this version yet; .*check their logs/,
    );
  },
);

snapshots('a missing bucket is a warning', async () => {
  await jsm.streams.delete(`OBJ_${snapshotBucket('ports')}`);
  const { textOf } = await diagnose(env);
  assert.match(
    textOf('snapshots ports'),
    /^warning: bucket ports-snapshots does not exist.* → npm run provision/,
  );
});

snapshots.run();

const streams = suite('streams');

streams('a difference that can be corrected safely is a warning', async () => {
  const { config } = await jsm.streams.info('PORTS');
  await jsm.streams.update('PORTS', { ...config, duplicate_window: 60e9 });
  const { textOf } = await diagnose(env);
  assert.match(
    textOf('stream PORTS'),
    /^warning: .*\n +duplicate_window is 60000000000, wanted 120000000000/,
  );
  assert.match(textOf('stream PORTS'), 'npm run provision');
});

streams('any other difference is a failure', async () => {
  const { config } = await jsm.streams.info('PORTS');
  await jsm.streams.update('PORTS', { ...config, subjects: ['ports.events.*', 'ports.other'] });
  const { complaints, textOf } = await diagnose(env);
  assert.ok(complaints.includes('failure stream PORTS'));
  assert.match(
    textOf('stream PORTS'),
    'subjects is ["ports.events.*","ports.other"], wanted ["ports.events.*"]',
  );
});

streams('an option that the file does not name is a failure that names the consequence', async () => {
  await jsm.streams.update('LAPTOPS', { allow_msg_ttl: true });
  const { complaints, textOf } = await diagnose(env);
  assert.ok(complaints.includes('failure stream LAPTOPS'));
  assert.match(
    textOf('stream LAPTOPS'),
    /allow_msg_ttl is true, wanted .* \(a message with Nats-TTL expires/,
  );
});

streams('the number of stream replicas is checked against STREAM_REPLICAS', async () => {
  const { textOf } = await diagnose({ ...env, STREAM_REPLICAS: '3' });
  assert.match(textOf('stream LAPTOPS'), 'num_replicas is 1, wanted 3');
});

streams('deleted messages are a warning', async () => {
  await laptops.stop();
  const { config } = await jsm.streams.info('LAPTOPS');
  await jsm.streams.delete('LAPTOPS');
  await jsm.streams.add({ ...config, deny_delete: false });
  await publish('laptops.events.1', '{"type":"LaptopRemoved"}');
  await publish('laptops.events.1', '{"type":"LaptopRemoved"}');
  await jsm.streams.deleteMessage('LAPTOPS', 2);
  const { textOf } = await diagnose(env);
  assert.match(textOf('log LAPTOPS'), /^warning: 1 messages, .*; 1 stored messages were deleted/);
});

streams('a missing stream is a failure, and the other checks of its service are skipped', async () => {
  await jsm.streams.delete('LAPTOPS');
  const { textOf } = await diagnose(env);
  assert.match(textOf('stream LAPTOPS'), /^failure: the stream does not exist → npm run provision/);
  assert.is(textOf('replicas laptops') + textOf('snapshots laptops'), '');
});

streams.run();

const unsynced = suite('a server that does not sync every write to disk');

unsynced('is a failure if the streams have a single replica', async () => {
  const dataDir = join(folder, 'careless');
  // The server uses the last of several `jetstream` blocks; this one has no sync_interval.
  const configuration = `jetstream { store_dir: ${JSON.stringify(dataDir)} }`;
  const server = await startNatsServer({ program, dataDir, port: 0, monitorPort: 0, configuration });
  try {
    const { complaints, textOf } = await diagnose(environmentOf(server));
    assert.equal(complaints, ['failure sync portside', 'failure stream LAPTOPS', 'failure stream PORTS']);
    assert.match(textOf('sync portside'), /every 2 minutes.* lost → .*sync_interval: always/);
    // This monitoring endpoint does not belong to the server that is diagnosed.
    const other = await diagnose({ ...env, NATS_MONITOR_URL: server.monitorUrl ?? '' });
    assert.match(
      other.textOf(`sync ${server.monitorUrl}`),
      /^warning: unknown: this URL belongs to another server/,
    );
  } finally {
    await server.stop();
  }
});

unsynced.run();

const cluster = suite('a cluster');

cluster(
  'is reported with the replicas and the leader of each stream, and an unreachable server is a failure',
  async () => {
    const { url, servers, close } = await startTestCluster();
    try {
      const clusterEnv = { NATS_URL: url, STREAM_REPLICAS: '3' };
      await eventually(async () => {
        const { textOf } = await diagnose(clusterEnv);
        for (const name of ['one', 'two', 'three']) assert.match(textOf(`server ${name}`), /^ok/);
        assert.match(textOf('stream LAPTOPS'), /^ok/);
        assert.match(textOf('log LAPTOPS'), /^ok: .*3 replicas, leader \w+/);
      });

      const [, , last] = servers;
      await last?.kill();
      // The stream checks are not asserted: the cluster may be electing a leader.
      const { textOf } = await diagnose(clusterEnv);
      assert.match(textOf(`server ${last?.url}`), /^failure: cannot reach NATS/);
    } finally {
      await close();
    }
  },
);

cluster.after(async () => {
  await Promise.all([laptops.stop(), ports.stop()]);
  await nc.close();
  await broker.stop();
  rmSync(folder, { recursive: true });
});

cluster.run();

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP port');
  return address.port;
}

async function publish(subject: string, payload: string): Promise<number> {
  const { seq } = (await nc.request(subject, payload)).json<{ seq: number }>();
  return seq;
}
