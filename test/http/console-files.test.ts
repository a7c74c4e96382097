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

const test = suite('a file of the web console');

/** The address of the module in the page. */
async function findModule(): Promise<string> {
  const { text } = await get('/');
  return `/${/src="([^"]+)"/.exec(text)?.[1]}`;
}

test('may be cached for good at the address in the page', async () => {
  const { status, headers } = await get(await findModule());
  assert.is(status, 200);
  assert.is(headers.get('Cache-Control'), 'public, max-age=31536000, immutable');
});
test('is served to the page of another version, but not cached', async () => {
  const { status, headers, text } = await get('/page/another/main.js');
  assert.is(status, 200);
  assert.is(headers.get('Cache-Control'), 'no-cache');
  assert.is(text, content.toString());
});

test('is copied and hashed once, not at every request', async () => {
  const address = await findModule();
  const first = await get(address);
  assert.is(first.status, 200);
  const [text, entityTag] = [first.text, first.headers.get('ETag')];
  // A second copy or digest of the buffer would show the change.
  content.write('IMPORT');
  const second = await get(address);
  assert.is(second.text, text);
  assert.is(second.headers.get('ETag'), entityTag);
});

test.after(() => {
  server.close();
});
test.run();
