/** Running replicas read their log level and rate limits from a key-value bucket. */

import { Kvm, type KV } from '@nats-io/kv';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultProduct } from '../../src/kit/domain/product.ts';
import { provisionConfigBucket } from '../../src/kit/nats/provisioning/config-bucket.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { openNatsCli } from '../support/broker/nats-cli.ts';
import { startLoggedService, type LoggedService } from '../support/process/logged-service.ts';

const { configBucket } = defaultProduct;

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const nats = await openNatsCli(broker.url);
const kvm = new Kvm(connection.nc);
const bucket: KV = await kvm.open(configBucket);
const changedMessage = 'configuration changed';
const ignoredMessage = 'invalid configuration value ignored';
const env = { LOG_LEVEL: 'info', RATE_LIMIT_PER_SECOND: '100' };
const start = (name: string) => startLoggedService(name, { natsUrl: broker.url, env });
const [one, two, ports] = await Promise.all([start('laptops'), start('laptops'), start('ports')]);
const laptops = [one, two];

async function policyOf(service: LoggedService): Promise<string | null> {
  return (await service.get('/openapi.json')).headers.get('RateLimit-Policy');
}

/** Waits until each service announces this rate. Returns the elapsed time in ms. */
async function awaitRate(services: readonly LoggedService[], rate: string | undefined): Promise<number> {
  const began = performance.now();
  const policy = rate === undefined ? null : `"steady";q=${rate};w=1`;
  await eventually(async () => {
    for (const service of services) assert.is(await policyOf(service), policy);
  });
  return performance.now() - began;
}

const test = suite('the configuration bucket');

test('changes every replica of the service within a second, and no other service', async () => {
  assert.is(await policyOf(one), '"steady";q=100;w=1');
  const milliseconds: number[] = [];
  // Three attempts, because the machine may be busy during one of them.
  for (const rate of ['68', '69', '70']) {
    await bucket.put('laptops.rate-limit-per-second', rate);
    milliseconds.push(await awaitRate(laptops, rate));
  }
  assert.ok(Math.min(...milliseconds) < 1000, `it took ${milliseconds.join(', ')} ms`);
  assert.is(await policyOf(ports), '"steady";q=100;w=1');
});

const cliTest = nats.isInstalled ? test : test.skip;
cliTest('can be changed with `nats kv put` and `nats kv del`', async () => {
  assert.is((await nats.run(`nats kv put ${configBucket} laptops.rate-limit-burst 7`)).code, 0);
  for (const service of laptops) {
    await eventually(() => {
      const { rateLimit } = service.logged(changedMessage).at(-1) ?? {};
      return Promise.resolve(assert.equal(rateLimit, { perSecond: 70, burst: 7 }));
    });
  }
  assert.is((await nats.run(`nats kv del ${configBucket} laptops.rate-limit-burst --force`)).code, 0);
  await eventually(() => {
    const { rateLimit } = one.logged(changedMessage).at(-1) ?? {};
    return Promise.resolve(assert.not.equal(rateLimit, { perSecond: 70, burst: 7 }));
  });
});

test('applies a key without a service name to every service without its own key', async () => {
  await bucket.put('rate-limit-per-second', '0');
  await awaitRate([ports], undefined);
  assert.is(await policyOf(one), '"steady";q=70;w=1');
  await bucket.put('rate-limit-per-second', '60');
  await awaitRate([ports], '60');
});

test('falls back to the general key and then to the environment when a key is deleted', async () => {
  await bucket.delete('laptops.rate-limit-per-second');
  await awaitRate(laptops, '60');
  await bucket.purge('rate-limit-per-second');
  await awaitRate([...laptops, ports], '100');
});

test('logs an invalid value and keeps the current one', async () => {
  await bucket.put('laptops.rate-limit-per-second', '50');
  await awaitRate(laptops, '50');
  await bucket.put('laptops.rate-limit-per-second', 'many');
  for (const service of laptops) {
    const line = await service.awaitLog(ignoredMessage);
    assert.is(line['key'], 'laptops.rate-limit-per-second');
    assert.is(line['value'], 'many');
    assert.is(line['reason'], 'expected a whole number from 0 to 1000000000');
    assert.is(await policyOf(service), '"steady";q=50;w=1');
  }
  assert.equal(ports.logged(ignoredMessage), []);
});

test('changes the log level', async () => {
  const handledCount = () => one.logged('request handled').length;
  assert.is(handledCount(), 0);
  await bucket.put('laptops.log-level', 'debug');
  await eventually(async () => {
    await one.get('/laptops');
    assert.ok(handledCount() > 0);
  });
  await bucket.put('laptops.log-level', 'info');
  await eventually(() => assert.is(one.logged(changedMessage).at(-1)?.['logLevel'], 'info'));
  const before = handledCount();
  await one.get('/laptops');
  assert.is(handledCount(), before);
});

test('applies to a service as soon as it starts', async () => {
  await bucket.put('laptops.rate-limit-per-second', '40');
  const late = await start('laptops');
  await awaitRate([late], '40');
  await late.stop();
});

test('keeps its values while the broker is unreachable, and is read again afterwards', async () => {
  await awaitRate(laptops, '40');
  await broker.kill();
  await eventually(async () => assert.ok((await one.get('/laptops')).headers.has('Age')));
  assert.is(await policyOf(one), '"steady";q=40;w=1');
  await broker.restart();
  await eventually(() => assert.ok(connection.isUp));
  await bucket.put('laptops.rate-limit-per-second', '30');
  await awaitRate(laptops, '30');
});

test('is optional: without it the environment applies, and a bucket created later is read', async () => {
  await jsm.streams.delete(`KV_${configBucket}`);
  await awaitRate(laptops, '100');
  const late = await start('laptops');
  assert.is(await policyOf(late), '"steady";q=100;w=1');
  await provisionConfigBucket(connection.nc, configBucket);
  const again = await kvm.open(configBucket);
  await again.put('rate-limit-per-second', '20');
  await awaitRate([...laptops, late, ports], '20');
  // The values of the deleted bucket no longer apply.
  await again.delete('rate-limit-per-second');
  await awaitRate([...laptops, late, ports], '100');
  assert.is(await late.stop(), 0);
});

test('replaces all values when it is deleted and created again', async () => {
  await (await kvm.open(configBucket)).put('log-level', 'debug');
  await eventually(() => assert.is(one.logged(changedMessage).at(-1)?.['logLevel'], 'debug'));
  await jsm.streams.delete(`KV_${configBucket}`);
  await provisionConfigBucket(connection.nc, configBucket);
  await (await kvm.open(configBucket)).put('rate-limit-per-second', '10');
  await awaitRate([...laptops, ports], '10');
  await eventually(() => assert.is(one.logged(changedMessage).at(-1)?.['logLevel'], 'info'));
});

test.after(async () => {
  await Promise.all([...laptops, ports].map((service) => service.stop()));
  await connection.nc.close();
  await broker.close();
});
test.run();
