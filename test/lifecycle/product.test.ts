/** A service sets its product name; the name in the kit is only a default. */

import { readdirSync, readFileSync } from 'node:fs';
import { Kvm } from '@nats-io/kv';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createProduct } from '../../src/kit/domain/product.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startLoggedService } from '../support/process/logged-service.ts';
import { runProvision } from '../support/process/provision-process.ts';

const product = createProduct('acme');
const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const provisioned = await runProvision({ NATS_URL: broker.url }, ['--product', 'acme']);
const ports = await startLoggedService('ports', {
  natsUrl: broker.url,
  entry: new URL('../support/services/acme-ports-main.ts', import.meta.url),
});

const renamed = suite('a service with its own product name');

renamed('uses it as the prefix of its metrics', async () => {
  const text = await (await fetch(`${ports.probeUrl}/metrics`)).text();
  assert.match(text, /^acme_build_info\{version="1\.2\.3"/m);
  assert.match(text, /^acme_appends_total\{/m);
  assert.not.match(text, /portside/i);
});
renamed('shows it in the titles of its documents and its console', async () => {
  for (const path of ['/openapi.json', '/asyncapi.json', '/']) {
    const { text } = await ports.get(path);
    assert.match(text, 'Acme: ports');
  }
});
renamed('stores the digest of a command in a header that begins with it', async () => {
  await ports.post('/ports', { json: { id: 1, name: 'USB-C' } });
  const stored = await jsm.streams.getMessage('PORTS', { seq: 1 });
  assert.ok(stored?.header.has('Acme-Command-Digest'));
  const again = { json: { id: 2, name: 'USB-A' }, headers: { 'Idempotency-Key': '"once"' } };
  const [one, other] = [await ports.post('/ports', again), await ports.post('/ports', again)];
  assert.is(other.text, one.text);
});
renamed('reads the configuration bucket that is named after it, which the provisioner creates', async () => {
  assert.equal(provisioned, { code: 0, stdout: 'LAPTOPS: unchanged\nPORTS: unchanged\n', stderr: '' });
  await (await new Kvm(connection.nc).open(product.configBucket)).put('ports.log-level', 'debug');
  await ports.awaitLog('configuration changed');
});
renamed.after(async () => {
  await ports.stop();
  await connection.nc.close();
  await broker.close();
});
renamed.run();

const names = suite('a product name');

names('is rejected if it cannot be part of a metric name', () => {
  for (const name of ['Acme', '7up', 'a-b', ''])
    assert.throws(() => createProduct(name), /expected lower-case/);
});
names('is rejected by the provisioner if a service would reject it', async () => {
  const { code, stderr } = await runProvision({}, ['--product', 'Acme']);
  assert.is(code, 1);
  assert.match(stderr, /^portside provision: product "Acme": expected lower-case/);
});
names('appears in the code of the kit only as a default', () => {
  const kit = new URL('../../src/kit/', import.meta.url);
  const files = readdirSync(kit, { recursive: true, encoding: 'utf8' }).filter(
    // The command of the kit, the templates and the extension of the OpenAPI document contain the name of the kit, which is the same.
    (file) => /\.(?:ts|js)$/.test(file) && !/\.test\.ts$|^(?:cli|dist|templates)\//.test(file),
  );
  assert.ok(files.length > 150);
  const filesWithName = files.filter((file) => {
    const source = readFileSync(new URL(file, kit), 'utf8');
    return /portside/i.test(source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|x-portside/gm, ''));
  });
  assert.equal(filesWithName, ['domain/product.ts']);
});
names.run();
