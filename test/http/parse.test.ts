import { createServer, request } from 'node:http';
import Koa from 'koa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { maxBodyBytes } from '../../src/kit/api/json.ts';
import { toProblem, toProblemDocument } from '../../src/kit/api/problem-document.ts';
import { Problem } from '../../src/kit/domain/problem.ts';
import { assertProblem, createHttpClient, pointersOf } from '../support/http/http.ts';
import { PageQuery } from '../../src/kit/http/protocol/paging.ts';
import { parseBody, parseId, parseQuery } from '../../src/kit/http/server/parse.ts';

const Body = z.strictObject({ name: z.string(), tags: z.array(z.int()).optional() });
const app = new Koa();
app.use(async (ctx) => {
  try {
    ctx.body = await parseBody(Body, ctx);
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

const ids = suite('an id in a path');

ids('is a positive integer', () => assert.is(parseId('42'), 42));
ids('is malformed otherwise', () => {
  for (const text of [undefined, '', '0', '042', 'x', '1.0', '9007199254740992'])
    assert.is(problemOf(() => parseId(text)).code, 'malformed', text);
});
ids.run();

const queries = suite('a query');

queries('gives its parameters, or their defaults', () => {
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
  queries(`with ${name}=${JSON.stringify(value)} is malformed`, () =>
    assert.is(problemOf(() => parseQuery(PageQuery, { [name]: value })).code, 'malformed'),
  );
}
queries('says where it is wrong', () => {
  const { locations } = problemOf(() => parseQuery(PageQuery, { limit: '0', 'a/b': '1' }));
  assert.equal(
    locations.map(({ pointer }) => pointer),
    ['/limit', '/a~1b'],
  );
});
queries.run();

const bodies = suite('a body is read');

for (const type of [
  'application/json',
  'application/json; charset=utf-8',
  'APPLICATION/JSON; CHARSET="UTF-8"',
  'application/vnd.laptop+json',
]) {
  bodies(`as ${type}`, async () => {
    const { status, body } = await post('/', { raw: '{"name":"é😀"}', headers: { 'Content-Type': type } });
    assert.is(status, 200);
    assert.equal(body, { name: 'é😀' });
  });
}
bodies('with Content-Encoding: identity', async () => {
  const headers = { 'Content-Encoding': 'identity' };
  assert.is((await post('/', { json: { name: 'x' }, headers })).status, 200);
});
bodies('in chunks, without a length', async () => {
  const answer = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(
      { port: address.port, method: 'POST', headers: { 'Content-Type': 'application/json' } },
      (response) => resolve(response.resume().statusCode),
    );
    sent.once('error', reject);
    sent.write('{"na');
    sent.end('me":"x"}');
  });
  assert.is(answer, 200);
});
bodies.run();

const wrong = suite('a body is refused');
const json = { 'Content-Type': 'application/json' };

for (const [what, raw] of [
  ['when it is empty', ''],
  ['when it is cut short', '{"name":'],
  ['when something follows it', '{"name":"x"} {}'],
  ['when it is not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
  ['when it holds a number that JSON has not', '{"name":NaN}'],
] as const) {
  wrong(what, async () => assertProblem(await post('/', { raw, headers: json }), 'malformed'));
}
wrong('with a pointer to everything that is wrong in it', async () => {
  const answer = await post('/', { json: { tags: [1, 'x', 3, 0.5], 'a/b': 1, '~c': 2 } });
  assertProblem(answer, 'invalid');
  assert.equal(new Set(pointersOf(answer)), new Set(['/name', '/tags/1', '/tags/3', '/a~1b', '/~0c']));
});
wrong('when it is JSON but no object', async () => {
  for (const value of [null, [], 'x', 1]) {
    const answer = await post('/', { json: value });
    assertProblem(answer, 'invalid');
    assert.equal(pointersOf(answer), ['']);
  }
});
wrong('with `__proto__` as a field that is not known', async () => {
  const answer = await post('/', { raw: '{"name":"x","__proto__":{"tags":[1]}}', headers: json });
  assertProblem(answer, 'invalid');
  assert.equal(pointersOf(answer), ['/__proto__']);
});
wrong('beyond 64 KiB, and read up to there', async () => {
  const padded = (bytes: number) => '{"name":"x"}'.padEnd(bytes, ' ');
  assert.is((await post('/', { raw: padded(maxBodyBytes), headers: json })).status, 200);
  assertProblem(await post('/', { raw: padded(maxBodyBytes + 1), headers: json }), 'too-large');
});
wrong.after(() => {
  server.closeAllConnections();
  server.close();
});
wrong.run();
