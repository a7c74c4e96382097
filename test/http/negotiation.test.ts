/** Media types, methods and encodings, which every route handles in the same way. */

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

const accept = suite('the Accept header');

accept('may name the media type of the route or a wildcard, with or without a quality value', async () => {
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

accept('returns 406 with a problem document if it excludes the media type of the route', async () => {
  for (const accept of ['text/html', 'application/json;q=0', 'image/*', 'application/xml, text/plain']) {
    const response = await send(item, { headers: { Accept: accept } });
    assert.is(response.status, 406, accept);
    assert.is(response.headers['content-type'], 'application/problem+json', accept);
    assert.is(parseJsonBody(response)['type'], '/problems/not-acceptable');
  }
});

accept('is checked before a write is executed', async () => {
  const headers = { ...json, Accept: 'text/html' };
  const body = '{"id":9000,"title":"Lenovo","model":"S3"}';
  assert.is((await send(collection, { method: 'POST', headers, body })).status, 406);
  assert.is((await send(`${collection}/9000`)).status, 404);
});

accept('is ignored for a response without a body', async () => {
  const headers = { Accept: 'text/html' };
  assert.is((await send(`${collection}/9001`, { method: 'DELETE', headers })).status, 204);
});

accept('must allow text/event-stream for an event stream', async () => {
  const events = `${collection}/events`;
  const head = (accept: string) => send(events, { method: 'HEAD', headers: { Accept: accept } });
  assert.is((await head('text/event-stream')).status, 200);
  assert.is((await head('application/json')).status, 406);
});

accept('does not affect the media type of problem documents', async () => {
  const response = await send(`${collection}/77777`, { headers: { Accept: 'application/json' } });
  assert.is(response.status, 404);
  assert.is(response.headers['content-type'], 'application/problem+json');
});

accept.run();

const methods = suite('a request');

methods('with OPTIONS returns the methods of the path without a body', async () => {
  const allowed = [
    ['/laptops', 'GET, HEAD, POST, OPTIONS'],
    ['/laptops/1', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['/laptops/events', 'GET, HEAD, OPTIONS'],
  ] as const;
  for (const [path, allow] of allowed) {
    const response = await send(service.url + path, { method: 'OPTIONS' });
    assert.is(response.status, 204, path);
    assert.is(response.headers.allow, allow, path);
    assert.is(response.body.length, 0, path);
  }
});

methods('with OPTIONS * returns 204 for the server as a whole', async () => {
  const response = await sendText(service.url, 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(response, /^HTTP\/1\.1 204 /);
});

methods('with any other method returns 405 and Allow, even if no route has that method', async () => {
  for (const method of ['POST', 'TRACE', 'PROPFIND', 'LOCK']) {
    const response = await send(item, { method });
    assert.is(response.status, 405, method);
    assert.is(response.headers.allow, 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS', method);
    assert.is(parseJsonBody(response)['type'], '/problems/method-not-allowed', method);
  }
});

methods('to a fixed path is never routed to an item', async () => {
  const response = await send(`${collection}/events`, { method: 'DELETE' });
  assert.is(response.status, 405);
  assert.is(response.headers.allow, 'GET, HEAD, OPTIONS');
});

methods('to an unknown path returns 404 for every method', async () => {
  for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'TRACE', 'DELETE']) {
    const response = await send(`${service.url}/tablets`, { method });
    assert.is(response.status, 404, method);
    assert.is(response.headers['content-type'], 'application/problem+json', method);
  }
});

methods('with HEAD returns the headers of GET without the body', async () => {
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

const compression = suite('compression');

compression('uses brotli or gzip for a large response and sets Vary', async () => {
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
    const response = await send(collection, { headers: { 'Accept-Encoding': accepted } });
    assert.is(response.headers['content-encoding'], chosen, accepted);
    assert.is(response.headers['content-type'], 'application/json; charset=utf-8', accepted);
    assert.is(response.headers.vary, 'Accept-Encoding', accepted);
    assert.ok(response.body.length < plain.body.length / 5, accepted);
    assert.equal(decompress(response.body), plain.body, accepted);
  }
});

compression('is not applied with an unknown or rejected encoding', async () => {
  for (const accepted of ['identity', 'deflate', 'zstd', 'gzip;q=0', '']) {
    const response = await send(collection, { headers: { 'Accept-Encoding': accepted } });
    assert.is(response.headers['content-encoding'], undefined, accepted);
  }
});

compression('is not applied to a small response', async () => {
  const response = await send(`${collection}?limit=2`, { headers: { 'Accept-Encoding': 'gzip' } });
  assert.is(response.headers['content-encoding'], undefined);
  assert.is(response.headers.vary, 'Accept-Encoding');
});

compression('is not applied to a response with a strong ETag, which remains usable', async () => {
  const headers = { 'Accept-Encoding': 'gzip, br' };
  // With this many ports, the item exceeds the compression threshold.
  const ids = Array.from({ length: 300 }, (_, index) => index + 1);
  const fit = async (portId: number) => {
    const added = { type: 'PortAdded', name: `port ${portId}` };
    await connection.nc.request(`ports.events.${portId}`, JSON.stringify(added));
    await connection.nc.request('laptops.events.1', JSON.stringify({ type: 'PortFitted', portId }));
  };
  await Promise.all(ids.map(fit));
  const response = await send(item, { headers: { ...headers, 'Wait-For-Position': 'latest' } });
  assert.ok(response.body.length > 3000, 'the item is large');
  assert.is(response.headers['content-encoding'], undefined);
  const tag = response.headers.etag ?? '';
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

compression('is not applied to an event stream', async () => {
  const response = await fetch(`${collection}/events`, { headers: { 'Accept-Encoding': 'gzip' } });
  assert.is(response.headers.get('content-encoding'), null);
  await response.body?.cancel();
});

compression.run();

const securityHeaders = suite('the security headers');

securityHeaders('forbid media type sniffing and omit HSTS by default', async () => {
  for (const url of [item, collection, `${service.url}/nothing`]) {
    const { headers } = await send(url);
    assert.is(headers['x-content-type-options'], 'nosniff', url);
    assert.is(headers['strict-transport-security'], undefined, url);
    assert.is(headers['x-powered-by'], undefined, url);
  }
});

securityHeaders.after(async () => {
  await service.stop();
  await connection.nc.close();
  await broker.close();
});
securityHeaders.run();
