/** Pages of other origins may use a service from a browser where the configuration says so, and only there. */

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
const [closed, listed, open] = await Promise.all([start(''), start(`${shop},${desk}`), start('*')]);

const ask = (url: string, origin: string, path = '/laptops') =>
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

const off = suite('by default no page of another origin may read an answer');

off('no header says so, and a preflight is an OPTIONS like any other', async () => {
  for (const answer of [await ask(closed.url, shop), await preflight(closed.url, shop)]) {
    assert.equal(
      Object.keys(answer.headers).filter((name) => name.startsWith('access-control')),
      [],
    );
    assert.not.match(String(answer.headers.vary), 'Origin');
  }
});

off.run();

const some = suite('pages of listed origins may');

some('each of them, by its name, and caches are told', async () => {
  for (const origin of [shop, desk]) {
    const { headers } = await ask(listed.url, origin);
    assert.is(headers['access-control-allow-origin'], origin);
    assert.ok(toList(headers.vary).includes('origin'));
    assert.is(headers['access-control-allow-credentials'], undefined);
  }
});

some('other origins may not, nor those that look like them, but caches are told all the same', async () => {
  for (const origin of [
    'https://other.example.com',
    'http://shop.example.com',
    `${shop}.evil.com`,
    `${shop}:444`,
    'null',
  ]) {
    const { status, headers } = await ask(listed.url, origin);
    assert.is(status, 200, origin);
    assert.is(headers['access-control-allow-origin'], undefined, origin);
    assert.ok(toList(headers.vary).includes('origin'), origin);
    assert.is((await preflight(listed.url, origin)).headers['access-control-allow-methods'], undefined);
  }
});

some('problems can be read as well, with what their headers say', async () => {
  for (const path of ['/laptops/999', '/laptops/abc', '/nothing']) {
    const { status, headers } = await ask(listed.url, shop, path);
    assert.ok(status >= 400, path);
    assert.is(headers['access-control-allow-origin'], shop, path);
  }
});

some('scripts may read every header that an answer is described with', async () => {
  const exposed = toList((await ask(listed.url, shop)).headers['access-control-expose-headers']);
  for (const name of ['ETag', 'Stream-Position', 'Location', 'Link', 'Retry-After', 'Age', 'Request-Id']) {
    assert.ok(exposed.includes(name.toLowerCase()), name);
  }
});

some('a preflight says what may be sent, and for how long that holds', async () => {
  const { status, headers, body } = await preflight(listed.url, shop);
  assert.is(status, 204);
  assert.is(body.length, 0);
  assert.is(headers['access-control-allow-origin'], shop);
  assert.equal(toList(headers['access-control-allow-methods']), ['get', 'head', 'post', 'put', 'delete']);
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

some('an OPTIONS that is no preflight says which methods there are', async () => {
  const answer = await send(`${listed.url}/laptops/1`, { method: 'OPTIONS', headers: { Origin: shop } });
  assert.is(answer.status, 204);
  assert.match(answer.headers.allow ?? '', 'PUT');
});

some.run();

const all = suite('with * every page may');

all('without its name being repeated', async () => {
  for (const answer of [await ask(open.url, shop), await preflight(open.url, 'null')]) {
    assert.is(answer.headers['access-control-allow-origin'], '*');
    assert.is(answer.headers['access-control-allow-credentials'], undefined);
  }
});

all('browsers are told to come by HTTPS only where that is set', async () => {
  const { headers } = await send(`${open.url}/nothing`);
  assert.is(headers['strict-transport-security'], 'max-age=31536000');
  assert.is((await send(listed.url)).headers['strict-transport-security'], undefined);
});

all.after(async () => {
  await Promise.all([closed.stop(), listed.stop(), open.stop()]);
  await connection.nc.close();
  await broker.close();
});
all.run();
