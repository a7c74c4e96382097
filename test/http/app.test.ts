/** Cases that the routes of a service cannot produce on demand: a bug in a handler, and a client that disconnects. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Middleware } from 'koa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import { assertProblem, createHttpClient } from '../support/http/http.ts';
import { createApp } from '../../src/kit/http/server/app.ts';
import type { HandledRequest } from '../../src/kit/http/server/request-lifecycle.ts';
import { parseBody } from '../../src/kit/http/server/parse.ts';

const secret = new Error('the password is 12345');
const middleware: Middleware = async (ctx, next) => {
  if (ctx.path === '/bug') throw secret;
  if (ctx.path === '/body') ctx.body = (await parseBody(z.unknown(), ctx)).parsed;
  else await next();
};

const handled: HandledRequest[] = [];
const internal: { error: unknown; requestId: string }[] = [];
const app = createApp({
  router: { middleware },
  onRequestHandled: (request) => handled.push(request),
  onInternalError: (error, { requestId }) => internal.push({ error, requestId }),
});
const server = createServer(app.callback());
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('the server has no port');
const { port } = address;
const { get } = createHttpClient(`http://127.0.0.1:${port}`);

const requests = suite('createApp');

requests(
  'returns `internal` for an unexpected error and reports its cause only to `onRequestHandled`',
  async () => {
    const response = await get('/bug', { headers: { 'Request-Id': 'order-7' } });
    assertProblem(response, 'internal', /logged/);
    assert.not(response.text.includes('12345'));
    const reported = handled.at(-1);
    assert.is(reported?.requestId, 'order-7');
    assert.is(reported?.problem?.code, 'internal');
    assert.is(reported?.problem?.cause, secret);
  },
);
requests('reports every request once', async () => {
  handled.length = 0;
  await get('/bug', { headers: { 'Request-Id': 'a' } });
  await get('/nothing?x=1', { headers: { 'Request-Id': 'b' } });
  assert.equal(
    handled.map(({ requestId, method, path, status }) => [requestId, method, path, status]),
    [
      ['a', 'GET', '/bug', 500],
      ['b', 'GET', '/nothing', 404],
    ],
  );
  assert.ok(handled.every(({ milliseconds }) => milliseconds >= 0 && milliseconds < 10_000));
});
requests.run();

const disconnects = suite('a client that disconnects while it sends the body');

for (const ending of ['end', 'destroy', 'resetAndDestroy'] as const) {
  disconnects(`is not reported as an internal error: socket.${ending}()`, async () => {
    internal.length = 0;
    handled.length = 0;
    const accepted = once(server, 'connection');
    const requestReceived = once(server, 'request');
    const socket = connect(port, '127.0.0.1').resume();
    socket.write(
      'POST /body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    await requestReceived;
    const [serverSocket] = await accepted;
    const closed = new Promise((resolve) => serverSocket.once('close', resolve));
    socket[ending]();
    await closed;
    await eventually(() => assert.is(handled.length, 1));
    assert.is(handled[0]?.status, 400);
    assert.equal(internal, []);
  });
}
disconnects.after(() => {
  server.closeAllConnections();
  server.close();
});
disconnects.run();
