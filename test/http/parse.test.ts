import { createServer, request } from 'node:http';
import Koa from 'koa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { maxBodyBytes } from '../../src/kit/api/requests/json.ts';
import { toProblem, toProblemDocument } from '../../src/kit/api/responses/problem-document.ts';
import { Problem } from '../../src/kit/domain/problem.ts';
import { assertProblem, createHttpClient, pointersOf } from '../support/http/http.ts';
import { PageQuery } from '../../src/kit/http/protocol/paging.ts';
import {
  parseBody,
  parseHeaders,
  parseId,
  parseParams,
  parseQuery,
} from '../../src/kit/http/server/parse.ts';

const Body = z.strictObject({ name: z.string(), tags: z.array(z.int()).optional() });
const app = new Koa();
app.use(async (ctx) => {
  try {
    ctx.body = (await parseBody(Body, ctx)).parsed;
  } catch (error) {
    const document = toProblemDocument(toProblem(error));
    ctx.status = document.status;
    ctx.body = JSON.stringify(document);
    ctx.set('Content-Type', 'application/problem+json');
  }
});
const server = createServer(app.callback());
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('the server has no port');
const { post } = createHttpClient(`http://127.0.0.1:${address.port}`);

function problemOf(run: () => unknown): Problem {
  try {
    throw new Error(`no problem: ${JSON.stringify(run())}`);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

const ids = suite('parseId');

ids('returns a positive integer', () => assert.is(parseId('42'), 42));
ids('throws `malformed` for anything else', () => {
  for (const text of [undefined, '', '0', '042', 'x', '1.0', '9007199254740992'])
    assert.is(problemOf(() => parseId(text)).code, 'malformed', text);
});
ids('throws with the text and what an id is', () =>
  assert.is(
    problemOf(() => parseId('x')).message,
    '"x" is not an id. An id is a positive integer below 2^53.',
  ),
);
ids.run();

const queries = suite('parseQuery');

queries('returns the parameters or their defaults', () => {
  assert.equal(parseQuery(PageQuery, {}), { limit: 1000, after: 0 });
  assert.equal(parseQuery(PageQuery, { limit: '10000', after: '7' }), { limit: 10_000, after: 7 });
});
for (const [name, value] of [
  ['limit', '0'],
  ['limit', '-1'],
  ['limit', '10001'],
  ['limit', '1.5'],
  ['limit', 'ten'],
  ['limit', ''],
  ['limit', ' '],
  ['limit', '0x10'],
  ['limit', '1e2'],
  ['limit', ['1', '2']],
  ['after', '-1'],
  ['after', ''],
  ['after', 'x'],
  ['after', '9007199254740992'],
  ['unknown', '1'],
] as const) {
  queries(`throws \`malformed\` for ${name}=${JSON.stringify(value)}`, () =>
    assert.is(problemOf(() => parseQuery(PageQuery, { [name]: value })).code, 'malformed'),
  );
}
queries('reports the location of each error', () => {
  const { locations } = problemOf(() => parseQuery(PageQuery, { limit: '0', 'a/b': '1' }));
  assert.equal(
    locations.map(({ pointer }) => pointer),
    ['/limit', '/a~1b'],
  );
});
queries('have another detail than path parameters', () => {
  const schema = z.strictObject({ id: z.int() });
  assert.equal(parseParams(schema, { id: 7 }), { id: 7 });
  const { code, message, locations } = problemOf(() => parseParams(schema, { id: 'x' }));
  assert.equal([code, message], ['malformed', 'The path parameters are invalid.']);
  assert.is(locations[0]?.pointer, '/id');
  assert.is(problemOf(() => parseQuery(schema, {})).message, 'The query parameters are invalid.');
});

queries.run();

const requestHeaders = suite('parseHeaders');

requestHeaders('returns only the named headers, and the trace context', () => {
  const headers = { 'if-match': '"1"', prefer: 'wait=2' };
  assert.equal(parseHeaders(['If-Match', 'Idempotency-Key'], headers, 'trace'), {
    'If-Match': '"1"',
    traceparent: 'trace',
  });
  assert.equal(parseHeaders(['Idempotency-Key'], headers, 'trace'), { traceparent: 'trace' });
});
requestHeaders('names every invalid header', () => {
  const names = ['If-Match', 'Last-Event-ID', 'Prefer'] as const;
  const headers = { 'if-match': 'x', 'last-event-id': 'y', prefer: 'z' };
  const { code, message } = problemOf(() => parseHeaders(names, headers));
  assert.is(code, 'malformed');
  assert.match(message, /^The header If-Match must be .*; Last-Event-ID must be .*\.$/);
});
requestHeaders.run();

const bodies = suite('parseBody');

for (const type of [
  'application/json',
  'application/json; charset=utf-8',
  'APPLICATION/JSON; CHARSET="UTF-8"',
  'application/vnd.laptop+json',
]) {
  bodies(`accepts the media type ${type}`, async () => {
    const { status, body } = await post('/', { raw: '{"name":"é😀"}', headers: { 'Content-Type': type } });
    assert.is(status, 200);
    assert.equal(body, { name: 'é😀' });
  });
}
for (const charset of ['utf-16', 'utf-16le', 'utf-8-x', 'utf', 'latin1']) {
  bodies(`rejects a body with charset=${charset}`, async () => {
    const headers = { 'Content-Type': `application/json; charset=${charset}` };
    assertProblem(await post('/', { raw: '{"name":"x"}', headers }), 'unsupported-media-type', charset);
  });
}
for (const type of ['text/plain', 'text/json', 'application/x-www-form-urlencoded', 'json']) {
  bodies(`rejects the media type ${type}`, async () => {
    const response = await post('/', { raw: '{"name":"x"}', headers: { 'Content-Type': type } });
    assertProblem(
      response,
      'unsupported-media-type',
      /^The body must be JSON: send Content-Type: application/,
    );
  });
}
for (const charset of ['utf8', 'UTF8', 'utf-8']) {
  bodies(`accepts charset=${charset}`, async () => {
    const headers = { 'Content-Type': `application/json; charset=${charset}` };
    assert.is((await post('/', { raw: '{"name":"x"}', headers })).status, 200);
  });
}
bodies('rejects a compressed body', async () => {
  const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
  assertProblem(
    await post('/', { raw: 'x', headers }),
    'unsupported-media-type',
    /not be compressed \(gzip\)/,
  );
});
bodies('accepts Content-Encoding: identity', async () => {
  const headers = { 'Content-Encoding': 'identity' };
  assert.is((await post('/', { json: { name: 'x' }, headers })).status, 200);
});
bodies('reads a chunked body without a Content-Length', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(
      { port: address.port, method: 'POST', headers: { 'Content-Type': 'application/json' } },
      (response) => resolve(response.resume().statusCode),
    );
    sent.once('error', reject);
    sent.write('{"na');
    sent.end('me":"x"}');
  });
  assert.is(status, 200);
});
bodies.run();

const invalidBodies = suite('parseBody with an invalid body');
const json = { 'Content-Type': 'application/json' };

for (const [description, raw] of [
  ['an empty body', ''],
  ['a truncated body', '{"name":'],
  ['text after the JSON value', '{"name":"x"} {}'],
  ['a body that is not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
  ['a number that is not valid JSON', '{"name":NaN}'],
] as const) {
  invalidBodies(`throws \`malformed\` for ${description}`, async () =>
    assertProblem(await post('/', { raw, headers: json }), 'malformed'),
  );
}
invalidBodies('reports a pointer to each error', async () => {
  const response = await post('/', { json: { tags: [1, 'x', 3, 0.5], 'a/b': 1, '~c': 2 } });
  assertProblem(response, 'invalid');
  assert.equal(new Set(pointersOf(response)), new Set(['/name', '/tags/1', '/tags/3', '/a~1b', '/~0c']));
});
invalidBodies('throws `invalid` for JSON that is not an object', async () => {
  for (const value of [null, [], 'x', 1]) {
    const response = await post('/', { json: value });
    assertProblem(response, 'invalid');
    assert.equal(pointersOf(response), ['']);
  }
});
invalidBodies('reports `__proto__` as an unknown field', async () => {
  const response = await post('/', { raw: '{"name":"x","__proto__":{"tags":[1]}}', headers: json });
  assertProblem(response, 'invalid');
  assert.equal(pointersOf(response), ['/__proto__']);
});
invalidBodies('throws `too-large` only for more than 64 KiB', async () => {
  const padded = (bytes: number) => '{"name":"x"}'.padEnd(bytes, ' ');
  assert.is((await post('/', { raw: padded(maxBodyBytes), headers: json })).status, 200);
  assertProblem(await post('/', { raw: padded(maxBodyBytes + 1), headers: json }), 'too-large');
});
invalidBodies('throws `too-large` as soon as the length is known, before the body arrives', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': maxBodyBytes + 1 };
    const sent = request({ port: address.port, method: 'POST', headers }, (response) => {
      resolve(response.statusCode);
      sent.destroy();
    });
    sent.once('error', reject);
    sent.flushHeaders();
  });
  assert.is(status, 413);
});
invalidBodies.after(() => {
  server.closeAllConnections();
  server.close();
});
invalidBodies.run();
