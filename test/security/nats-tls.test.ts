/** TLS and mutual TLS between a process and the broker. */

import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { startTestBroker, type TestBroker } from '../support/broker/broker.ts';
import { createAuthority, type KeyPair } from '../support/broker/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { startLoggedService, launchLoggedService } from '../support/process/logged-service.ts';
import { runProvision } from '../support/process/provision-process.ts';

const authority = createAuthority();
const stranger = createAuthority();
const server = authority.issue('server');
const client = authority.issue('client');
const foreignClient = stranger.issue('client');

/** @param more additional settings of the `tls` block. */
function startTlsBroker({ cert, key }: KeyPair, more = ''): Promise<TestBroker> {
  return startTestBroker({
    configuration: `tls { cert_file: ${JSON.stringify(cert)}, key_file: ${JSON.stringify(key)}, ca_file: ${JSON.stringify(authority.cert)}, ${more} }`,
  });
}
/** Returns the URL with a host name, because certificates are issued for names. */
const tlsUrl = (broker: TestBroker, scheme = 'tls') =>
  broker.url.replace('nats://127.0.0.1', `${scheme}://localhost`);

const plain = await startTestBroker();
const oneWay = await startTlsBroker(server);
const mutual = await startTlsBroker(server, 'verify: true');

const trustingEnv = { NATS_CA: authority.cert };
const clientEnv = { ...trustingEnv, NATS_CERT: client.cert, NATS_KEY: client.key };
const created = { code: 0, stdout: 'LAPTOPS: created\nPORTS: created\n', stderr: '' };

const serverCertificate = suite('a server certificate');

serverCertificate('is accepted by every process if NATS_CA signed it', async () => {
  const NATS_URL = tlsUrl(oneWay);
  assert.equal(await runProvision({ ...trustingEnv, NATS_URL }), created);
  const service = await startLoggedService('ports', { natsUrl: NATS_URL, env: trustingEnv });
  assert.is((await service.post('/ports', { json: { name: 'USB-C' } })).status, 201);
  assert.is((await service.get('/ports?asOf=1')).status, 200);
  assert.is(await service.stop(), 0);
});

for (const [issuer, env] of [
  ['an unknown authority', {}],
  ['an authority other than NATS_CA', { NATS_CA: stranger.cert }],
] as const) {
  serverCertificate(
    `from ${issuer} makes the provisioner exit with 1 and name the variables to check`,
    async () => {
      const { code, stderr } = await runProvision({ ...env, NATS_URL: tlsUrl(oneWay) });
      assert.is(code, 1);
      assert.match(
        stderr,
        /^portside provision: cannot establish a TLS connection to NATS at tls:\S+ \(NATS_URL, NATS_CA\): /,
      );
      assert.match(stderr, /certificate/);
    },
  );
}

serverCertificate('issued for another name is rejected', async () => {
  const elsewhere = await startTlsBroker(authority.issue('elsewhere', 'elsewhere'));
  const { code, stderr } = await runProvision({ ...trustingEnv, NATS_URL: tlsUrl(elsewhere) });
  assert.is(code, 1);
  assert.match(stderr, /cannot establish a TLS connection .*localhost\. is not in the cert/);
  await elsewhere.close();
});

serverCertificate('from another authority makes a service log the reason and wait', async () => {
  const service = launchLoggedService('ports', { natsUrl: tlsUrl(oneWay), env: { NATS_CA: stranger.cert } });
  const { reason } = await service.awaitLog('cannot connect to NATS; retrying');
  assert.match(String(reason), /cannot establish a TLS connection .* \(NATS_URL, NATS_CA\): .*certificate/);
  assert.is(await service.stop(), 0);
});

serverCertificate('is required with tls:// or NATS_CA: a server without TLS is rejected', async () => {
  for (const env of [{ NATS_URL: tlsUrl(plain) }, { NATS_URL: tlsUrl(plain, 'nats'), ...trustingEnv }]) {
    const { code, stderr } = await runProvision(env);
    assert.is(code, 1);
    assert.match(stderr, /cannot establish a TLS connection .*server does not support 'tls'/);
  }
});

serverCertificate.run();

const mutualTls = suite('a server with verify: true');

mutualTls('accepts a client certificate from its authority', async () => {
  const NATS_URL = tlsUrl(mutual);
  assert.equal(await runProvision({ ...clientEnv, NATS_URL }), created);
  const service = await startLoggedService('laptops', { natsUrl: NATS_URL, env: clientEnv });
  assert.is((await service.post('/laptops', { json: { title: 'Lenovo', model: 'S3' } })).status, 201);
  assert.is(await service.stop(), 0);
});

for (const [certificate, env] of [
  ['without a certificate', trustingEnv],
  [
    'with a certificate from another authority',
    { ...trustingEnv, NATS_CERT: foreignClient.cert, NATS_KEY: foreignClient.key },
  ],
] as const) {
  mutualTls(`rejects a provisioner ${certificate}, which names the variables to check`, async () => {
    const { code, stderr } = await runProvision({ ...env, NATS_URL: tlsUrl(mutual) });
    assert.is(code, 1);
    assert.match(
      stderr,
      /^portside provision: NATS at tls:\S+ does not respond or rejects the client certificate \(NATS_CERT, NATS_KEY\): /,
    );
  });
}

mutualTls('receives the client certificate that is on disk at the time of a reconnect', async () => {
  const folder = dirname(client.cert);
  const files = { certFile: join(folder, 'rotated.crt'), keyFile: join(folder, 'rotated.key') };
  const install = ({ cert, key }: KeyPair) => {
    copyFileSync(cert, files.certFile);
    copyFileSync(key, files.keyFile);
  };
  install(client);
  let ups = 0;
  const connection = await connectToNats(
    { url: tlsUrl(mutual), name: 'test', tls: { caFile: authority.cert, ...files } },
    { onUp: () => (ups += 1) },
  );
  await mutual.kill();
  await eventually(() => assert.not(connection.isUp));
  // The previous certificate is still valid, so a rejection proves that the file was read again.
  install(foreignClient);
  await mutual.restart();
  const other = await connectToNats({
    url: tlsUrl(mutual),
    name: 'test',
    tls: { caFile: authority.cert, certFile: client.cert, keyFile: client.key },
  });
  await other.nc.close();
  assert.is(ups, 0);
  install(client);
  await eventually(() => assert.is(ups, 1), 30_000);
  await connection.nc.close();
});

mutualTls.after(async () => {
  await Promise.all([plain.close(), oneWay.close(), mutual.close()]);
  authority.close();
  stranger.close();
});

mutualTls.run();
