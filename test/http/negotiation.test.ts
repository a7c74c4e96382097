/** Methods, media types and encodings: HTTP's conventions hold for every route alike. */

import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { parseJsonBody, send, sendText } from '../support/http/raw-http.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const service = await startServiceProcess('laptops', { natsUrl: broker.url });
const collection = `${service.url}/laptops`;
const item = `${collection}/1`;
const json = { 'Content-Type': 'application/json' };

const add = (id: number) =>
  send(collection, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ id, title: 'Lenovo', model: 'S'.repeat(200) }),
  });
for (let id = 1; id <= 40; id++) assert.is((await add(id)).status, 201);

const media = suite('a client gets a media type that it accepts, or 406');

media('what it accepts is served', async () => {
  const accepted = [
    'application/json',
    'application/*',
    '*/*',
    'text/html, */*;q=0.1',
    'application/json;q=0.5, text/html',
  ];
  for (const accept of accepted) {
    assert.is((await send(item, { headers: { Accept: accept } })).status, 200, accept);
  }
  assert.is((await send(item)).status, 200);
});

media('what it does not accept is 406, told as a problem document all the same', async () => {
  for (const accept of ['text/html', 'application/json;q=0', 'image/*', 'application/xml, text/plain']) {
    const answer = await send(item, { headers: { Accept: accept } });
    assert.is(answer.status, 406, accept);
    assert.is(answer.headers['content-type'], 'application/problem+json', accept);
    assert.is(parseJsonBody(answer)['type'], '/problems/not-acceptable');
  }
});

media('a write is refused before it is carried out', async () => {
  const headers = { ...json, Accept: 'text/html' };
  const body = '{"id":9000,"title":"Lenovo","model":"S3"}';
  assert.is((await send(collection, { method: 'POST', headers, body })).status, 406);
  assert.is((await send(`${collection}/9000`)).status, 404);
});

media('an answer without a body has no media type to refuse', async () => {
  const headers = { Accept: 'text/html' };
  assert.is((await send(`${collection}/9001`, { method: 'DELETE', headers })).status, 204);
});

media('an event stream is what event sources ask for', async () => {
  const events = `${collection}/events`;
  const head = (accept: string) => send(events, { method: 'HEAD', headers: { Accept: accept } });
  assert.is((await head('text/event-stream')).status, 200);
  assert.is((await head('application/json')).status, 406);
});

media('any other problem is told whatever the client accepts', async () => {
  const answer = await send(`${collection}/77777`, { headers: { Accept: 'application/json' } });
  assert.is(answer.status, 404);
  assert.is(answer.headers['content-type'], 'application/problem+json');
});

media.run();

const methods = suite('a path says which methods it knows');

methods('OPTIONS answers with them and without a body', async () => {
  const allowed = [
    ['/laptops', 'GET, HEAD, POST, OPTIONS'],
    ['/laptops/1', 'GET, HEAD, PUT, DELETE, OPTIONS'],
    ['/laptops/events', 'GET, HEAD, OPTIONS'],
  ] as const;
  for (const [path, allow] of allowed) {
    const answer = await send(service.url + path, { method: 'OPTIONS' });
    assert.is(answer.status, 204, path);
    assert.is(answer.headers.allow, allow, path);
    assert.is(answer.body.length, 0, path);
  }
});

methods('OPTIONS * is about the server as a whole', async () => {
  const answer = await sendText(service.url, 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 204 /);
});

methods('any other method is 405 with Allow, one that nobody here knows included', async () => {
  for (const method of ['PATCH', 'POST', 'TRACE', 'PROPFIND', 'LOCK']) {
    const answer = await send(item, { method });
    assert.is(answer.status, 405, method);
    assert.is(answer.headers.allow, 'GET, HEAD, PUT, DELETE, OPTIONS', method);
    assert.is(parseJsonBody(answer)['type'], '/problems/method-not-allowed', method);
  }
});

methods('a fixed path is never taken for an id', async () => {
  const answer = await send(`${collection}/events`, { method: 'DELETE' });
  assert.is(answer.status, 405);
  assert.is(answer.headers.allow, 'GET, HEAD, OPTIONS');
});

methods('an unknown path is 404 for every method', async () => {
  for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'TRACE', 'DELETE']) {
    const answer = await send(`${service.url}/tablets`, { method });
    assert.is(answer.status, 404, method);
    assert.is(answer.headers['content-type'], 'application/problem+json', method);
  }
});

methods('HEAD is GET without the body', async () => {
  for (const url of [item, collection, `${item}/events`]) {
    const [get, head] = [await send(url), await send(url, { method: 'HEAD' })];
    assert.is(head.status, 200, url);
    assert.is(head.body.length, 0, url);
    for (const name of ['content-type', 'content-length', 'etag', 'stream-position', 'vary']) {
      assert.is(head.headers[name], get.headers[name], `${name} of ${url}`);
    }
  }
});

methods.run();

const encoding = suite('large answers are compressed for those who can read that');

encoding('with brotli or gzip, and caches are told', async () => {
  const plain = await send(collection);
  assert.is(plain.headers['content-encoding'], undefined);
  assert.is(plain.headers.vary, 'Accept-Encoding');
  const cases = [
    ['gzip', 'gzip', gunzipSync],
    ['br', 'br', brotliDecompressSync],
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['br;q=0.1, gzip', 'gzip', gunzipSync],
  ] as const;
  for (const [accepted, chosen, decompress] of cases) {
    const answer = await send(collection, { headers: { 'Accept-Encoding': accepted } });
    assert.is(answer.headers['content-encoding'], chosen, accepted);
    assert.is(answer.headers['content-type'], 'application/json; charset=utf-8', accepted);
    assert.is(answer.headers.vary, 'Accept-Encoding', accepted);
    assert.ok(answer.body.length < plain.body.length / 5, accepted);
    assert.equal(decompress(answer.body), plain.body, accepted);
  }
});

encoding('an encoding that is not known, or not wanted, is left alone', async () => {
  for (const accepted of ['identity', 'deflate', 'zstd', 'gzip;q=0', '']) {
    const answer = await send(collection, { headers: { 'Accept-Encoding': accepted } });
    assert.is(answer.headers['content-encoding'], undefined, accepted);
  }
});

encoding('a small answer is left alone', async () => {
  const answer = await send(`${collection}?limit=2`, { headers: { 'Accept-Encoding': 'gzip' } });
  assert.is(answer.headers['content-encoding'], undefined);
  assert.is(answer.headers.vary, 'Accept-Encoding');
});

encoding('what a strong ETag names keeps its bytes, and the tag its use', async () => {
  const headers = { 'Accept-Encoding': 'gzip, br' };
  // With this many charging ports the item would be large enough.
  const ids = Array.from({ length: 300 }, (_, index) => index + 1);
  const fit = async (portId: number) => {
    const added = { type: 'PortAdded', name: `port ${portId}` };
    await connection.nc.request(`ports.events.${portId}`, JSON.stringify(added));
    await connection.nc.request('laptops.events.1', JSON.stringify({ type: 'PortFitted', portId }));
  };
  await Promise.all(ids.map(fit));
  const answer = await send(item, { headers: { ...headers, 'Wait-For-Position': 'latest' } });
  assert.ok(answer.body.length > 3000, 'the item is large');
  assert.is(answer.headers['content-encoding'], undefined);
  const tag = answer.headers.etag ?? '';
  assert.match(tag, /^"\d+;PORTS=\d+"$/);
  assert.is((await send(item, { headers: { ...headers, 'If-None-Match': tag } })).status, 304);
  const changed = await send(item, {
    method: 'PUT',
    headers: { ...json, ...headers, 'If-Match': tag },
    body: '{"title":"Lenovo","model":"S4"}',
  });
  assert.is(changed.status, 200);
  assert.is(changed.headers['content-encoding'], undefined);
});

encoding('an event stream comes as it is', async () => {
  const response = await fetch(`${collection}/events`, { headers: { 'Accept-Encoding': 'gzip' } });
  assert.is(response.headers.get('content-encoding'), null);
  await response.body?.cancel();
});

encoding.run();

const safety = suite('every answer tells browsers to believe its media type');

safety('and nothing about HTTPS, unless it is set', async () => {
  for (const url of [item, collection, `${service.url}/nothing`]) {
    const { headers } = await send(url);
    assert.is(headers['x-content-type-options'], 'nosniff', url);
    assert.is(headers['strict-transport-security'], undefined, url);
    assert.is(headers['x-powered-by'], undefined, url);
  }
});

safety.after(async () => {
  await service.stop();
  await connection.nc.close();
  await broker.close();
});
safety.run();
