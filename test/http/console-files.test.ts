/** The files of the web console over HTTP. */

import { createServer } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createStartingApp } from '../../src/kit/http/docs/starting-app.ts';
import { createHttpClient } from '../support/http/http.ts';

const content = Buffer.from('export const colour = "red";\n');
const server = createServer(
  createStartingApp({
    title: 'Lamps',
    consoleFiles: new Map([['main.js', content]]),
    describe: () => 'starting',
    onInternalError: (error) => assert.unreachable(String(error)),
  }),
);
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('the server has no port');
const { get } = createHttpClient(`http://127.0.0.1:${address.port}`);

const test = suite('a module of the web console');

test('is copied and hashed once, not at every request', async () => {
  const first = await get('/page/main.js');
  assert.is(first.status, 200);
  const [text, entityTag] = [first.text, first.headers.get('ETag')];
  // A second copy or digest of the buffer would show the change.
  content.write('IMPORT');
  const second = await get('/page/main.js');
  assert.is(second.text, text);
  assert.is(second.headers.get('ETag'), entityTag);
});

test.after(() => {
  server.close();
});
test.run();
