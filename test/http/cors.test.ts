/** Browsers may use a service from other origins only if CORS_ORIGINS allows it. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { send } from '../support/http/raw-http.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const shop = 'https://shop.example.com';
const desk = 'http://localhost:8080';
const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const start = (origins: string) =>
  startServiceProcess('laptops', {
    natsUrl: broker.url,
    env: { CORS_ORIGINS: origins, HSTS_MAX_AGE_SECONDS: origins === '*' ? '31536000' : '0' },
  });
const [withoutOrigins, withOrigins, withWildcard] = await Promise.all([
  start(''),
  start(`${shop},${desk}`),
  start('*'),
]);

const getFrom = (url: string, origin: string, path = '/laptops') =>
  send(url + path, { headers: { Origin: origin } });
const preflight = (url: string, origin: string, path = '/laptops/1') =>
  send(url + path, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': 'content-type,if-match',
    },
  });
const toList = (header: string | string[] | undefined) =>
  String(header)
    .split(',')
    .map((part) => part.trim().toLowerCase());

const corsDisabled = suite('CORS without configured origins');

corsDisabled('sends no CORS headers and handles a preflight as a plain OPTIONS request', async () => {
  for (const response of [
    await getFrom(withoutOrigins.url, shop),
    await preflight(withoutOrigins.url, shop),
  ]) {
    assert.equal(
      Object.keys(response.headers).filter((name) => name.startsWith('access-control')),
      [],
    );
    assert.not.match(String(response.headers.vary), 'Origin');
  }
});

corsDisabled.run();

const corsList = suite('CORS with a list of origins');

corsList('allows each listed origin by name and sets Vary', async () => {
  for (const origin of [shop, desk]) {
    const { headers } = await getFrom(withOrigins.url, origin);
    assert.is(headers['access-control-allow-origin'], origin);
    assert.ok(toList(headers.vary).includes('origin'));
    assert.is(headers['access-control-allow-credentials'], undefined);
  }
});

corsList('allows no other origin, not even a similar one, but still sets Vary', async () => {
  for (const origin of [
    'https://other.example.com',
    'http://shop.example.com',
    `${shop}.evil.com`,
    `${shop}:444`,
    'null',
  ]) {
    const { status, headers } = await getFrom(withOrigins.url, origin);
    assert.is(status, 200, origin);
    assert.is(headers['access-control-allow-origin'], undefined, origin);
    assert.ok(toList(headers.vary).includes('origin'), origin);
    assert.is((await preflight(withOrigins.url, origin)).headers['access-control-allow-methods'], undefined);
  }
});

corsList('allows a listed origin to read problem responses', async () => {
  for (const path of ['/laptops/999', '/laptops/abc', '/nothing']) {
    const { status, headers } = await getFrom(withOrigins.url, shop, path);
    assert.ok(status >= 400, path);
    assert.is(headers['access-control-allow-origin'], shop, path);
  }
});

corsList('exposes all documented response headers', async () => {
  const exposed = toList((await getFrom(withOrigins.url, shop)).headers['access-control-expose-headers']);
  for (const name of ['ETag', 'Stream-Position', 'Location', 'Link', 'Retry-After', 'Age', 'Request-Id']) {
    assert.ok(exposed.includes(name.toLowerCase()), name);
  }
});

corsList('returns the allowed methods and headers for a preflight, with a max age', async () => {
  const { status, headers, body } = await preflight(withOrigins.url, shop);
  assert.is(status, 204);
  assert.is(body.length, 0);
  assert.is(headers['access-control-allow-origin'], shop);
  assert.equal(toList(headers['access-control-allow-methods']), [
    'get',
    'head',
    'post',
    'put',
    'patch',
    'delete',
  ]);
  assert.is(headers['access-control-max-age'], '600');
  const allowed = toList(headers['access-control-allow-headers']);
  for (const name of [
    'Authorization',
    'Content-Type',
    'Idempotency-Key',
    'If-Match',
    'If-None-Match',
    'Last-Event-ID',
    'Prefer',
    'Request-Id',
    'Wait-For-Position',
  ]) {
    assert.ok(allowed.includes(name.toLowerCase()), name);
  }
});

corsList('returns the methods of the path for an OPTIONS request that is not a preflight', async () => {
  const response = await send(`${withOrigins.url}/laptops/1`, {
    method: 'OPTIONS',
    headers: { Origin: shop },
  });
  assert.is(response.status, 204);
  assert.match(response.headers.allow ?? '', 'PUT');
});

corsList.run();

const corsWildcard = suite('CORS with the origin *');

corsWildcard('allows every origin by returning `*` instead of its name', async () => {
  for (const response of [await getFrom(withWildcard.url, shop), await preflight(withWildcard.url, 'null')]) {
    assert.is(response.headers['access-control-allow-origin'], '*');
    assert.is(response.headers['access-control-allow-credentials'], undefined);
  }
});

corsWildcard.run();

const hsts = suite('Strict-Transport-Security');

hsts('is sent only if HSTS_MAX_AGE_SECONDS is set', async () => {
  const { headers } = await send(`${withWildcard.url}/nothing`);
  assert.is(headers['strict-transport-security'], 'max-age=31536000');
  assert.is((await send(withOrigins.url)).headers['strict-transport-security'], undefined);
});

hsts.after(async () => {
  await Promise.all([withoutOrigins.stop(), withOrigins.stop(), withWildcard.stop()]);
  await connection.nc.close();
  await broker.close();
});
hsts.run();
