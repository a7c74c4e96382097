/** The minimum for a service on Koa: routes requests, and sends prepared bytes. `RESPONSES` is a file that contains them. */

import { readFileSync } from 'node:fs';
import { Router } from '@koa/router';
import Koa from 'koa';

const responses = new Map(
  JSON.parse(readFileSync(process.env.RESPONSES, 'utf8')).map(({ path, status, headers, body }) => [
    path,
    { status, headers, body: body === '' ? null : Buffer.from(body) },
  ]),
);

function send(ctx) {
  const { status, headers, body } = responses.get(ctx.url);
  ctx.set(headers);
  ctx.body = body;
  ctx.status = status;
}

const router = new Router()
  .get('/laptops', send)
  .post('/laptops', send)
  .get('/laptops/:id', send)
  .get('/laptops/:id/events', send);
const server = new Koa()
  .use(router.routes())
  .listen(0, '127.0.0.1', () => process.send({ httpPort: server.address().port }));
