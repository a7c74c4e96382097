import { createServer } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { disconnectIfStalled } from './disconnect-if-stalled.ts';

const line = 'x'.repeat(65_536);
const server = createServer((request, response) => {
  disconnectIfStalled(response, 200);
  response.once('close', () => server.emit('closed', response.writableFinished));
  if (request.url === '/slow') {
    // The client takes everything at once, but there is nothing to take for longer than the timeout.
    setTimeout(() => response.end('late'), 600);
    return;
  }
  Readable.from(Array.from({ length: 500 }, () => line)).pipe(response);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('the server has no port');

const stalled = suite('disconnectIfStalled');

stalled('closes the connection of a client that takes no data', async () => {
  const socket = connect(address.port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.equal(await once(server, 'closed'), [false]);
  socket.destroy();
});
stalled('does not close the connection of a client that takes all data, or waits for some', async () => {
  const base = `http://127.0.0.1:${address.port}`;
  assert.is((await (await fetch(`${base}/`)).text()).length, 500 * line.length);
  assert.is(await (await fetch(`${base}/slow`)).text(), 'late');
});
stalled.after(() => {
  server.closeAllConnections();
  server.close();
});
stalled.run();
