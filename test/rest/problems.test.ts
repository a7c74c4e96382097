/** Every way in which a request can be wrong: each answers its own problem document, and changes nothing. */

import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { assertProblem, pointersOf } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, countMessages, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);
const { get, post, put } = laptops;

const lenovo = { title: 'Lenovo', model: 'S3' };
const json = { 'Content-Type': 'application/json' };
await post('/laptops', { json: { id: 1, ...lenovo } });

const malformed = suite('malformed: the request cannot be understood');

for (const [what, raw] of [
  ['no body', ''],
  ['a body that is cut short', '{"title":"Lenovo"'],
  ['a body that is not UTF-8', Uint8Array.of(0x22, 0xe9, 0x22)],
  ['a body with a comma too many', '{"title":"Lenovo","model":"S3",}'],
] as const) {
  malformed(what, async () => {
    assertProblem(await post('/laptops', { raw, headers: json }), 'malformed', /body/);
    assertProblem(await put('/laptops/1', { raw, headers: json }), 'malformed', /body/);
  });
}
for (const id of ['0', '042', '-1', '1.0', 'x', '9007199254740992', '%20', '1%2F2', '%00']) {
  malformed(`${id} as an id`, async () => {
    for (const answer of [
      await get(`/laptops/${id}`),
      await get(`/laptops/${id}/events`),
      await put(`/laptops/${id}`, { json: lenovo }),
      await laptops.delete(`/laptops/${id}`),
      await ports.get(`/port/${id}`),
    ]) {
      assertProblem(answer, 'malformed', /is not an id/);
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
  malformed(`?${query}`, async () => {
    const name = query.slice(0, query.indexOf('='));
    for (const answer of [await get(`/laptops?${query}`), await ports.get(`/port?${query}`)]) {
      assertProblem(answer, 'malformed');
      assert.equal(pointersOf(answer), [`/${name}`]);
    }
  });
}
malformed('a filter that is given twice, or that the service has not', async () => {
  assertProblem(await get('/laptops?title=a&title=b'), 'malformed');
  assertProblem(await get('/laptops?name=a'), 'malformed');
  assertProblem(await ports.get('/ports?title=a'), 'malformed');
});
malformed('a percent-encoding that is none', async () => {
  for (const path of ['/laptops/%E0%A4%A', '/laptops/%', '/%ff', '/laptops/1%'])
    assertProblem(await get(path), 'malformed', /percent-encoding/);
});
malformed.run();

const notFound = suite('not-found: there is no such entity or route');

notFound('a laptop that is not there', async () => {
  assertProblem(await get('/laptops/2'), 'not-found', /no laptop 2/);
  assertProblem(await get('/laptops/2/events'), 'not-found', /2/);
  assertProblem(await put('/laptops/2', { json: lenovo }), 'not-found');
  assertProblem(await ports.get('/ports/1'), 'not-found', /no port 1/);
});
notFound('a route that is not there', async () => {
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
  assertProblem(await get('/page/none.js'), 'not-found', 'none.js');
  assertProblem(await post('/nothing', { json: lenovo }), 'not-found', '/nothing');
});
notFound.run();

const notAllowed = suite('method-not-allowed: it says which ones are');

for (const [method, path, allowed] of [
  ['delete', '/laptops', ['GET', 'HEAD', 'OPTIONS', 'POST']],
  ['put', '/laptops', ['GET', 'HEAD', 'OPTIONS', 'POST']],
  ['patch', '/laptops/1', ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT']],
  ['post', '/laptops/1', ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT']],
  ['post', '/laptops/1/events', ['GET', 'HEAD', 'OPTIONS']],
] as const) {
  notAllowed(`${method.toUpperCase()} ${path}`, async () => {
    const answer = await laptops[method](path, { json: lenovo });
    assertProblem(answer, 'method-not-allowed', method.toUpperCase());
    assert.equal((answer.headers.get('Allow') ?? '').split(/, */).toSorted(), allowed);
  });
}
notAllowed('a method that nobody knows', async () => {
  const sent = request(`${laptops.url}/laptops`, { method: 'PROPFIND' }).end();
  const [response] = await once(sent, 'response');
  assert.is(response.statusCode, 405);
  assert.is(response.headers['content-type'], 'application/problem+json');
  assert.ok(response.headers.allow);
  response.resume();
});
notAllowed.run();

const unsupported = suite('unsupported-media-type: the body is not JSON in UTF-8');
const body = JSON.stringify(lenovo);

for (const [what, headers] of [
  ['no Content-Type', {}],
  ['text/plain', { 'Content-Type': 'text/plain' }],
  ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
  ['a charset of another kind', { 'Content-Type': 'application/json; charset=latin1' }],
  ['a compressed body', { ...json, 'Content-Encoding': 'gzip' }],
  ['a Content-Type that is none', { 'Content-Type': 'json' }],
] as const) {
  unsupported(what, async () => {
    for (const answer of [
      await post('/laptops', { raw: body, headers }),
      await put('/laptops/1', { raw: body, headers }),
      await ports.post('/port', { raw: '{"name":"x"}', headers }),
    ]) {
      assertProblem(answer, 'unsupported-media-type', /JSON|UTF-8|compressed/);
    }
  });
}
unsupported.run();

const tooLarge = suite('too-large: a body is read up to 64 KiB');
const padded = (bytes: number) => body.padEnd(bytes, ' ');

tooLarge('exactly 64 KiB are read', async () =>
  assert.is((await post('/laptops', { raw: padded(65_536), headers: json })).status, 201),
);
tooLarge('one byte more is refused, and a great many', async () => {
  for (const bytes of [65_537, 5_000_000]) {
    assertProblem(await post('/laptops', { raw: padded(bytes), headers: json }), 'too-large');
    assertProblem(await put('/laptops/1', { raw: padded(bytes), headers: json }), 'too-large');
  }
});
tooLarge('also when it comes in chunks, without a length', async () => {
  const sent = request(`${laptops.url}/laptops`, { method: 'POST', headers: json });
  const answered = once(sent, 'response');
  for (let chunk = 0; chunk < 10; chunk++) sent.write(' '.repeat(10_000));
  sent.end();
  const [response] = await answered;
  assert.is(response.statusCode, 413);
  assert.is(response.headers['content-type'], 'application/problem+json');
  response.resume();
});
tooLarge.run();

const invalid = suite('invalid: JSON, but not what it should be; it says where');

for (const [what, value, pointers] of [
  ['nothing in it', {}, ['/title', '/model']],
  ['fields of other types', { title: 1, model: null }, ['/title', '/model']],
  ['empty text', { title: '', model: ' \t' }, ['/title', '/model']],
  ['text that is too long', { title: 'x'.repeat(201), model: 'S3' }, ['/title']],
  ['a lone surrogate', { title: 'a\ud800', model: 'S3' }, ['/title']],
  ['a field that is not known', { ...lenovo, colour: 'black' }, ['/colour']],
  ['an id that is text', { ...lenovo, id: '7' }, ['/id']],
  ['an id that is 0', { ...lenovo, id: 0 }, ['/id']],
  ['an id that is no integer', { ...lenovo, id: 1.5 }, ['/id']],
  ['an id beyond 2^53', { ...lenovo, id: 2 ** 53 }, ['/id']],
  ['an id that is null', { ...lenovo, id: null }, ['/id']],
  ['a list', [lenovo], ['']],
  ['null', null, ['']],
] as const) {
  invalid(what, async () => {
    const answer = await post('/laptops', { raw: JSON.stringify(value), headers: json });
    assertProblem(answer, 'invalid');
    assert.equal([...new Set(pointersOf(answer))], pointers);
  });
}
invalid('`__proto__` is a field that is not known, and pollutes nothing', async () => {
  const raw = '{"title":"Lenovo","model":"S3","__proto__":{"id":77,"polluted":true}}';
  const answer = await post('/laptops', { raw, headers: json });
  assertProblem(answer, 'invalid');
  assert.equal(pointersOf(answer), ['/__proto__']);
  assert.is((await get('/laptops/77')).status, 404);
});
invalid('an id in the body of a change is not known', async () => {
  const answer = await put('/laptops/1', { json: { id: 1, ...lenovo } });
  assertProblem(answer, 'invalid');
  assert.equal(pointersOf(answer), ['/id']);
});
invalid('ports have rules of their own', async () => {
  const answer = await ports.post('/port', { json: { name: 'x'.repeat(101) } });
  assertProblem(answer, 'invalid');
  assert.equal(pointersOf(answer), ['/name']);
});
invalid.run();

const harmless = suite('a request that is wrong changes nothing and stops nobody');

harmless('a body that is cut off by a connection that closes', async () => {
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
harmless('every answer has an id: the one that the client gave, or a new one', async () => {
  const given = await get('/laptops/2', { headers: { 'Request-Id': 'order-7' } });
  assert.is(given.headers.get('Request-Id'), 'order-7');
  const made = await get('/laptops/2', { headers: { 'Request-Id': 'not one' } });
  assert.match(made.headers.get('Request-Id') ?? '', /^[0-9a-f-]{36}$/);
});
harmless('after all of this the log holds the two laptops that were added', async () => {
  assert.is(await countMessages('laptops.events.*'), 2);
  assert.is(await countMessages('ports.events.*'), 0);
  const list = await get('/laptops');
  assert.ok(Array.isArray(list.body));
  assert.is(list.body.length, 2);
});
harmless.after(close);
harmless.run();
