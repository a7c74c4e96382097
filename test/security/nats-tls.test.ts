/** TLS between a process and the broker: whom each of them trusts, and what is said when they do not agree. */

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

/** @param more what the server asks of clients. */
function startTlsBroker({ cert, key }: KeyPair, more = ''): Promise<TestBroker> {
  return startTestBroker({
    configuration: `tls { cert_file: ${JSON.stringify(cert)}, key_file: ${JSON.stringify(key)}, ca_file: ${JSON.stringify(authority.cert)}, ${more} }`,
  });
}
/** By name: a certificate is good for a name. */
const named = (broker: TestBroker, scheme = 'tls') =>
  broker.url.replace('nats://127.0.0.1', `${scheme}://localhost`);

const plain = await startTestBroker();
const one = await startTlsBroker(server);
const mutual = await startTlsBroker(server, 'verify: true');

const trusting = { NATS_CA: authority.cert };
const shown = { ...trusting, NATS_CERT: client.cert, NATS_KEY: client.key };
const created = { code: 0, stdout: 'LAPTOPS: created\nPORTS: created\n', stderr: '' };

const oneSided = suite('a server that shows a certificate');

oneSided('is trusted by the authority that signed it, by every process', async () => {
  const NATS_URL = named(one);
  assert.equal(await runProvision({ ...trusting, NATS_URL }), created);
  const service = await startLoggedService('ports', { natsUrl: NATS_URL, env: trusting });
  assert.is((await service.post('/ports', { json: { name: 'USB-C' } })).status, 201);
  assert.is((await service.get('/ports?asOf=1')).status, 200);
  assert.is(await service.stop(), 0);
});

for (const [what, env] of [
  ['of an authority that nobody here knows', {}],
  ['of another authority than NATS_CA', { NATS_CA: stranger.cert }],
] as const) {
  oneSided(`${what} is not trusted, and the provisioner ends with the variables to look at`, async () => {
    const { code, stderr } = await runProvision({ ...env, NATS_URL: named(one) });
    assert.is(code, 1);
    assert.match(
      stderr,
      /^provision: NATS at tls:\S+ and this process do not agree on TLS \(NATS_URL, NATS_CA\): /,
    );
    assert.match(stderr, /certificate/);
  });
}

oneSided('whose certificate is of another name is not trusted', async () => {
  const elsewhere = await startTlsBroker(authority.issue('elsewhere', 'elsewhere'));
  const { code, stderr } = await runProvision({ ...trusting, NATS_URL: named(elsewhere) });
  assert.is(code, 1);
  assert.match(stderr, /do not agree on TLS .*localhost\. is not in the cert/);
  await elsewhere.close();
});

oneSided('keeps a service waiting that does not trust it, and the log says why', async () => {
  const service = launchLoggedService('ports', { natsUrl: named(one), env: { NATS_CA: stranger.cert } });
  const { reason } = await service.awaitLog('cannot connect to NATS; retrying');
  assert.match(String(reason), /do not agree on TLS \(NATS_URL, NATS_CA\): .*certificate/);
  assert.is(await service.stop(), 0);
});

oneSided('is asked for by tls://, and by NATS_CA, and one without TLS is not taken then', async () => {
  for (const env of [{ NATS_URL: named(plain) }, { NATS_URL: named(plain, 'nats'), ...trusting }]) {
    const { code, stderr } = await runProvision(env);
    assert.is(code, 1);
    assert.match(stderr, /do not agree on TLS .*server does not support 'tls'/);
  }
});

oneSided.run();

const twoSided = suite('a server that asks for a certificate');

twoSided('lets in who shows one of its authority', async () => {
  const NATS_URL = named(mutual);
  assert.equal(await runProvision({ ...shown, NATS_URL }), created);
  const service = await startLoggedService('laptops', { natsUrl: NATS_URL, env: shown });
  assert.is((await service.post('/laptops', { json: { title: 'Lenovo', model: 'S3' } })).status, 201);
  assert.is(await service.stop(), 0);
});

for (const [what, env] of [
  ['none', trusting],
  ['a foreign one', { ...trusting, NATS_CERT: foreignClient.cert, NATS_KEY: foreignClient.key }],
] as const) {
  twoSided(`does not let in who shows ${what}, and the provisioner says so`, async () => {
    const { code, stderr } = await runProvision({ ...env, NATS_URL: named(mutual) });
    assert.is(code, 1);
    assert.match(
      stderr,
      /^provision: NATS at tls:\S+ does not .* take the certificate of this process \(NATS_CERT, NATS_KEY\): /,
    );
  });
}

twoSided('takes the certificate that the files hold when the connection is made again', async () => {
  const folder = dirname(client.cert);
  const files = { certFile: join(folder, 'rotated.crt'), keyFile: join(folder, 'rotated.key') };
  const install = ({ cert, key }: KeyPair) => {
    copyFileSync(cert, files.certFile);
    copyFileSync(key, files.keyFile);
  };
  install(client);
  let ups = 0;
  const connection = await connectToNats(
    { url: named(mutual), name: 'test', tls: { caFile: authority.cert, ...files } },
    { onUp: () => (ups += 1) },
  );
  await mutual.kill();
  await eventually(() => assert.not(connection.isUp));
  // What it showed before would be good enough: that it is refused now shows that the file was read.
  install(foreignClient);
  await mutual.restart();
  const other = await connectToNats({
    url: named(mutual),
    name: 'test',
    tls: { caFile: authority.cert, certFile: client.cert, keyFile: client.key },
  });
  await other.nc.close();
  assert.is(ups, 0);
  install(client);
  await eventually(() => assert.is(ups, 1), 30_000);
  await connection.nc.close();
});

twoSided.after(async () => {
  await Promise.all([plain.close(), one.close(), mutual.close()]);
  authority.close();
  stranger.close();
});

twoSided.run();
