/** Each kind of invalid request is rejected with its own problem code and changes nothing. */

import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { assertProblem, pointersOf } from '../support/http/http.ts';
import { sendText } from '../support/http/raw-http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, countMessages, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);
const { get, post, put } = laptops;

const lenovo = { title: 'Lenovo', model: 'S3' };
const json = { 'Content-Type': 'application/json' };
await post('/laptops', { json: { id: 1, ...lenovo } });

const malformed = suite('the problem `malformed`');

for (const [description, raw] of [
  ['an empty body', ''],
  ['a truncated body', '{"title":"Lenovo"'],
  ['a body that is not UTF-8', Uint8Array.of(0x22, 0xe9, 0x22)],
  ['a body with a trailing comma', '{"title":"Lenovo","model":"S3",}'],
] as const) {
  malformed(`is returned for ${description}`, async () => {
    assertProblem(await post('/laptops', { raw, headers: json }), 'malformed', /body/);
    assertProblem(await put('/laptops/1', { raw, headers: json }), 'malformed', /body/);
  });
}
for (const id of ['0', '042', '-1', '1.0', 'x', '9007199254740992', '%20', '1%2F2']) {
  malformed(`is returned for the id ${id}`, async () => {
    for (const response of [
      await get(`/laptops/${id}`),
      await get(`/laptops/${id}/events`),
      await put(`/laptops/${id}`, { json: lenovo }),
      await laptops.delete(`/laptops/${id}`),
      await ports.get(`/port/${id}`),
    ]) {
      assertProblem(response, 'malformed', /is not an id/);
    }
  });
}
for (const query of [
  'limit=0',
  'limit=10001',
  'limit=x',
  'limit=1&limit=2',
  'after=-1',
  'after=1.5',
  'sort=id',
]) {
  malformed(`is returned for the query ?${query}, with a pointer to the parameter`, async () => {
    const name = query.slice(0, query.indexOf('='));
    for (const response of [await get(`/laptops?${query}`), await ports.get(`/port?${query}`)]) {
      assertProblem(response, 'malformed');
      assert.equal(pointersOf(response), [`/${name}`]);
    }
  });
}
malformed('is returned for a repeated filter and for an unknown one', async () => {
  assertProblem(await get('/laptops?title=a&title=b'), 'malformed');
  assertProblem(await get('/laptops?name=a'), 'malformed');
  assertProblem(await ports.get('/ports?title=a'), 'malformed');
});
malformed('is returned for an invalid percent-encoding', async () => {
  for (const path of ['/laptops/%E0%A4%A', '/laptops/%', '/%ff', '/laptops/1%'])
    assertProblem(await get(path), 'malformed', /percent-encoding/);
});
malformed('is returned for a path or a query that is not percent-encoded UTF-8', async () => {
  for (const text of [
    '%',
    '%4',
    'a%zz',
    '%ff',
    '%C0%80',
    '%E0%A4',
    '%ED%A0%80',
    '%F5%80%80%80',
    'a%',
    '%00',
  ]) {
    for (const path of [
      `/laptops?title=${text}`,
      `/laptops?${text}=x`,
      `/laptops?limit=1&title=a+${text}`,
      `/laptops/1?asOf=${text}`,
      `/laptops/1/events?after=${text}`,
      `/laptops/events?type=${text}`,
      `/laptops/status?${text}`,
      `/openapi.json?${text}`,
      `/laptops/${text}`,
    ])
      assertProblem(await get(path), 'malformed', /(?:path|query) contains/);
    assertProblem(await post(`/laptops?x=${text}`, { json: lenovo }), 'malformed', /query contains/);
    assertProblem(await laptops.delete(`/laptops/1?${text}`), 'malformed', /query contains/);
  }
});
malformed('is returned for a URL with bytes that are not escaped', async () => {
  for (const target of ['?title=Portégé', '/é', '?title=\x01']) {
    const request = `GET /laptops${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    assert.match(await sendText(laptops.url, request), /^HTTP\/1\.1 400 [^]*percent-encoded/);
  }
});
malformed(
  'is returned for a body with a repeated key, with its path; not for a byte order mark',
  async () => {
    for (const response of [
      await post('/laptops', { raw: '{"title":"Lenovo","model":"S3","title":"IBM"}', headers: json }),
      await put('/laptops/1', { raw: '{"title":"Lenovo","model":"S3","title":"Lenovo"}', headers: json }),
    ]) {
      assertProblem(response, 'malformed', /the key \/title more than once/);
      assert.equal(pointersOf(response), ['/title']);
    }
    const marked = await put('/laptops/1', { raw: `\ufeff${JSON.stringify(lenovo)}`, headers: json });
    assert.is(marked.status, 200);
  },
);
malformed('is not returned for a plus sign, which is a space in a query', async () => {
  assert.equal((await get('/laptops?title=Len+ovo')).body, []);
  assert.equal((await get('/laptops?title=Len%2Bovo')).body, []);
});
malformed.run();

const notFound = suite('the problem `not-found`');

notFound('is returned for an unknown entity', async () => {
  assertProblem(await get('/laptops/2'), 'not-found', /no laptop 2/);
  assertProblem(await get('/laptops/2/events'), 'not-found', /2/);
  assertProblem(await put('/laptops/2', { json: lenovo }), 'not-found');
  assertProblem(await ports.get('/ports/1'), 'not-found', /no port 1/);
});
notFound('is returned for an unknown route', async () => {
  for (const path of [
    '/laptop',
    '/page',
    '/laptops/1/x',
    '/laptops/1/events/1',
    '/ports',
    '/Laptops2',
    '//laptops',
  ])
    assertProblem(await get(path), 'not-found', path);
  for (const path of [
    '/LAPTOPS',
    '/LAPTOPS/1',
    '/Laptops',
    '/laptops/1/EVENTS',
    '/OPENAPI.json',
    '/Docs',
    '/Problems/not-found',
    '/laptops/',
    '/laptops/1/',
    '/laptops/1//events',
    '//laptops/1',
    '/laptops//1',
  ]) {
    assertProblem(await get(path), 'not-found', /case-sensitive/);
    assertProblem(await put(path, { json: lenovo }), 'not-found', /case-sensitive/);
  }
  for (const path of ['/Ports', '/PORT', '/Port/1']) assertProblem(await ports.get(path), 'not-found');
  for (const path of ['/./laptops', '/x/../laptops', '/laptops/./1', '/laptops/1/.']) {
    const request = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    assert.match(await sendText(laptops.url, request), /^HTTP\/1\.1 404 /);
  }
  assertProblem(await get('/page/1/none.js'), 'not-found', 'none.js');
  assertProblem(await post('/nothing', { json: lenovo }), 'not-found', '/nothing');
});
notFound.run();

const notAllowed = suite('the problem `method-not-allowed`');

for (const [method, path, allowed] of [
  ['delete', '/laptops', ['GET', 'HEAD', 'OPTIONS', 'POST']],
  ['put', '/laptops', ['GET', 'HEAD', 'OPTIONS', 'POST']],
  ['patch', '/laptops', ['GET', 'HEAD', 'OPTIONS', 'POST']],
  ['post', '/laptops/1', ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'PUT']],
  ['get', '/laptops/1/ports/1', ['DELETE', 'OPTIONS', 'PUT']],
  ['post', '/laptops/1/events', ['GET', 'HEAD', 'OPTIONS']],
] as const) {
  notAllowed(`is returned for ${method.toUpperCase()} ${path}, with the allowed methods`, async () => {
    const response = await laptops[method](path, method === 'get' ? {} : { json: lenovo });
    assertProblem(response, 'method-not-allowed', method.toUpperCase());
    assert.equal((response.headers.get('Allow') ?? '').split(/, */).toSorted(), allowed);
  });
}
notAllowed('is returned for a method that no route supports', async () => {
  const sent = request(`${laptops.url}/laptops`, { method: 'PROPFIND' }).end();
  const [response] = await once(sent, 'response');
  assert.is(response.statusCode, 405);
  assert.is(response.headers['content-type'], 'application/problem+json');
  assert.ok(response.headers.allow);
  response.resume();
});
notAllowed.run();

const unsupported = suite('the problem `unsupported-media-type`');
const body = JSON.stringify(lenovo);

for (const [description, headers] of [
  ['a body without a Content-Type', {}],
  ['text/plain', { 'Content-Type': 'text/plain' }],
  ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
  ['a charset other than UTF-8', { 'Content-Type': 'application/json; charset=latin1' }],
  ['UTF-16', { 'Content-Type': 'application/json; charset=utf-16' }],
  ['a compressed body', { ...json, 'Content-Encoding': 'gzip' }],
  ['a malformed Content-Type', { 'Content-Type': 'json' }],
] as const) {
  unsupported(`is returned for ${description}`, async () => {
    for (const response of [
      await post('/laptops', { raw: body, headers }),
      await put('/laptops/1', { raw: body, headers }),
      await ports.post('/port', { raw: '{"name":"x"}', headers }),
    ]) {
      assertProblem(response, 'unsupported-media-type', /JSON|UTF-8|compressed/);
    }
  });
}
unsupported.run();

const tooLarge = suite('the problem `too-large`');
const padded = (bytes: number) => body.padEnd(bytes, ' ');

tooLarge('is not returned for a body of exactly 64 KiB', async () =>
  assert.is((await post('/laptops', { raw: padded(65_536), headers: json })).status, 201),
);
tooLarge('is returned for a body one byte larger, and for one of 5 MB', async () => {
  for (const bytes of [65_537, 5_000_000]) {
    assertProblem(await post('/laptops', { raw: padded(bytes), headers: json }), 'too-large');
    assertProblem(await put('/laptops/1', { raw: padded(bytes), headers: json }), 'too-large');
  }
});
tooLarge('is returned for a large chunked body without a Content-Length', async () => {
  const sent = request(`${laptops.url}/laptops`, { method: 'POST', headers: json });
  const received = once(sent, 'response');
  for (let chunk = 0; chunk < 10; chunk++) sent.write(' '.repeat(10_000));
  sent.end();
  const [response] = await received;
  assert.is(response.statusCode, 413);
  assert.is(response.headers['content-type'], 'application/problem+json');
  response.resume();
});
tooLarge.run();

const invalid = suite('the problem `invalid`');

for (const [description, value, pointers] of [
  ['an empty object', {}, ['/title', '/model']],
  ['fields of the wrong type', { title: 1, model: null }, ['/title', '/model']],
  ['empty text', { title: '', model: ' \t' }, ['/title', '/model']],
  ['text that is too long', { title: 'x'.repeat(201), model: 'S3' }, ['/title']],
  ['a lone surrogate', { title: 'a\ud800', model: 'S3' }, ['/title']],
  ['an unknown field', { ...lenovo, colour: 'black' }, ['/colour']],
  ['an id that is a string', { ...lenovo, id: '7' }, ['/id']],
  ['the id 0', { ...lenovo, id: 0 }, ['/id']],
  ['an id that is not an integer', { ...lenovo, id: 1.5 }, ['/id']],
  ['an id beyond 2^53', { ...lenovo, id: 2 ** 53 }, ['/id']],
  ['the id null', { ...lenovo, id: null }, ['/id']],
  ['an array', [lenovo], ['']],
  ['null', null, ['']],
] as const) {
  invalid(`is returned for ${description}, with a pointer to each error`, async () => {
    const response = await post('/laptops', { raw: JSON.stringify(value), headers: json });
    assertProblem(response, 'invalid');
    assert.equal([...new Set(pointersOf(response))], pointers);
  });
}
invalid('is returned for a `__proto__` field, which does not change any prototype', async () => {
  const raw = '{"title":"Lenovo","model":"S3","__proto__":{"id":77,"polluted":true}}';
  const response = await post('/laptops', { raw, headers: json });
  assertProblem(response, 'invalid');
  assert.equal(pointersOf(response), ['/__proto__']);
  assert.is((await get('/laptops/77')).status, 404);
});
invalid('is returned for another id in the body of a PUT', async () => {
  const response = await put('/laptops/1', { json: { id: 2, ...lenovo } });
  assertProblem(response, 'invalid');
  assert.equal(pointersOf(response), ['/id']);
});
invalid('is returned for a port whose name is too long', async () => {
  const response = await ports.post('/port', { json: { name: 'x'.repeat(101) } });
  assertProblem(response, 'invalid');
  assert.equal(pointersOf(response), ['/name']);
});
invalid.run();

const robustness = suite('a service that receives invalid requests');

robustness('keeps running when a connection closes in the middle of a body', async () => {
  const before = await countMessages('laptops.events.*');
  const { port } = new URL(laptops.url);
  for (const ending of ['end', 'destroy'] as const) {
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      'POST /laptops HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"title":',
      () => socket[ending](),
    );
    socket.resume();
    await once(socket, 'close');
  }
  await eventually(async () => assert.is((await get('/laptops/1')).status, 200));
  assert.is(await countMessages('laptops.events.*'), before);
});
robustness('returns the Request-Id of the client, or a generated one if that is invalid', async () => {
  const valid = await get('/laptops/2', { headers: { 'Request-Id': 'order-7' } });
  assert.is(valid.headers.get('Request-Id'), 'order-7');
  const generated = await get('/laptops/2', { headers: { 'Request-Id': 'not one' } });
  assert.match(generated.headers.get('Request-Id') ?? '', /^[0-9a-f-]{36}$/);
});
robustness('has stored only the valid laptops', async () => {
  assert.is(await countMessages('laptops.events.*'), 2);
  assert.is(await countMessages('ports.events.*'), 0);
  const list = await get('/laptops');
  assert.ok(Array.isArray(list.body));
  assert.is(list.body.length, 2);
});
robustness.after(close);
robustness.run();
