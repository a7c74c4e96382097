/** What no client can provoke over the routes of a service: a bug in one of them. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { Router } from '@koa/router';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import { assertProblem, createHttpClient } from '../support/http/http.ts';
import { createApp, type HandledRequest } from '../../src/kit/http/server/app.ts';
import { parseBody } from '../../src/kit/http/server/parse.ts';

const secret = new Error('the password is 12345');
const router = new Router();
router.get('/bug', () => {
  throw secret;
});
router.post('/body', async (ctx) => {
  ctx.body = await parseBody(z.unknown(), ctx);
});

const answers: HandledRequest[] = [];
const internal: { error: unknown; requestId: string }[] = [];
const app = createApp({
  router,
  onRequestHandled: (answer) => answers.push(answer),
  onInternalError: (error, { requestId }) => internal.push({ error, requestId }),
});
const server = createServer(app.callback());
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('the server has no port');
const { port } = address;
const { get } = createHttpClient(`http://127.0.0.1:${port}`);

const test = suite('a bug answers internal');

test('and is logged with its cause under the id of the request, but the client sees none of it', async () => {
  const answer = await get('/bug', { headers: { 'Request-Id': 'order-7' } });
  assertProblem(answer, 'internal', /logged/);
  assert.not(answer.text.includes('12345'));
  const told = answers.at(-1);
  assert.is(told?.requestId, 'order-7');
  assert.is(told?.problem?.code, 'internal');
  assert.is(told?.problem?.cause, secret);
});
test('every answer is told of, once', async () => {
  answers.length = 0;
  await get('/bug', { headers: { 'Request-Id': 'a' } });
  await get('/nothing?x=1', { headers: { 'Request-Id': 'b' } });
  assert.equal(
    answers.map(({ requestId, method, path, status }) => [requestId, method, path, status]),
    [
      ['a', 'GET', '/bug', 500],
      ['b', 'GET', '/nothing', 404],
    ],
  );
  assert.ok(answers.every(({ milliseconds }) => milliseconds >= 0 && milliseconds < 10_000));
});
test.run();

const leaving = suite('a client that goes away in the middle of its body is no bug of ours');

for (const ending of ['end', 'destroy', 'resetAndDestroy'] as const) {
  leaving(`with socket.${ending}()`, async () => {
    internal.length = 0;
    answers.length = 0;
    const accepted = once(server, 'connection');
    const begun = once(server, 'request');
    const socket = connect(port, '127.0.0.1').resume();
    socket.write(
      'POST /body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    await begun;
    const [ours] = await accepted;
    const gone = new Promise((resolve) => ours.once('close', resolve));
    socket[ending]();
    await gone;
    await eventually(() => assert.is(answers.length, 1));
    assert.is(answers[0]?.status, 400);
    assert.equal(internal, []);
  });
}
leaving.after(() => {
  server.closeAllConnections();
  server.close();
});
leaving.run();
