/** `npm run doctor` reports servers that are unreachable, too old, or not monitored. */

import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startPortside } from '../support/process/portside-process.ts';
import { diagnose, runDoctor } from '../support/scripts/doctor.ts';
import { startDoctorSystem } from '../support/scripts/doctor-system.ts';

const { folder, broker, env, laptops, close } = await startDoctorSystem();

const servers = suite('servers');

servers('an unreachable broker is the only failure', async () => {
  const url = 'nats://127.0.0.1:1';
  const { code, stdout, stderr } = await runDoctor({ NATS_URL: url });
  assert.equal([code, stderr], [1, '']);
  assert.match(
    stdout,
    /^✗ server nats:\S+ +cannot reach NATS at nats:\S+ \(NATS_URL\): connection refused\n +→ .*NATS_URL/,
  );
  assert.match(stdout, '\n0 ok, 0 warnings, 1 failure\n');
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
  assert.match(textOf('server portside'), /nats-server 2\.11\.9 .* older than 2\.12:/);
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

servers.after(close);
servers.run();

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP port');
  return address.port;
}
