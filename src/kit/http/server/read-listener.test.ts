import { once } from 'node:events';
import { createServer } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { defineRead } from './operation.ts';
import { createReadListener } from './read-listener.ts';
import { createRouter } from './router.ts';

const declaration = {
  summary: '',
  tag: 'docks',
  responses: { 200: { description: '', body: z.string() } },
  problems: [],
};
const errors: unknown[] = [];
const router = createRouter([
  defineRead({
    ...declaration,
    paths: ['/docks'],
    name: 'listDocks',
    read: ({ ctx }) => {
      ctx.body = 'all';
    },
  }),
  defineRead({
    ...declaration,
    paths: ['/invalid-header'],
    name: 'getInvalidHeader',
    read({ ctx }) {
      ctx.set('Link', 'two\nlines');
      ctx.body = 'never sent';
    },
  }),
]);
const listener = createReadListener({ router, onInternalError: (error) => errors.push(error) }, () =>
  assert.unreachable(),
);
const server = createServer(listener).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const url = typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';

const test = suite('the listener of reads');

test('reports a response that cannot be sent, and continues', async () => {
  const failed = await fetch(`${url}/invalid-header`).catch((error: unknown) => error);
  assert.instance(failed, TypeError);
  assert.is(errors.length, 1);
  assert.is(await (await fetch(`${url}/docks`)).text(), 'all');
});
test.after(() => void server.close());

test.run();
