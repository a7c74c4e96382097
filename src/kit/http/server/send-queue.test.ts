import { createServer } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createSendQueue } from './send-queue.ts';

const test = suite('the responses of one iteration of the event loop');

test('are sent in their order, after all requests that have arrived are handled', async () => {
  const steps: string[] = [];
  const enqueue = createSendQueue();
  const server = createServer(({ url = '' }, response) => {
    steps.push(`handle ${url}`);
    enqueue(() => {
      steps.push(`send ${url}`);
      response.end(url);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  const head = (path: string) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`;
  socket.write(`${head('/1')}${head('/2')}${head('/3')}`);
  let received = '';
  for await (const text of socket) {
    received += String(text);
    if (received.endsWith('/3')) break;
  }
  server.close();
  assert.equal(steps, ['handle /1', 'handle /2', 'handle /3', 'send /1', 'send /2', 'send /3']);
});
test('are followed by those of the next one', async () => {
  const sent: number[] = [];
  const enqueue = createSendQueue();
  await new Promise<void>((resolve) => {
    enqueue(() => {
      sent.push(1);
      enqueue(() => {
        sent.push(3);
        resolve();
      });
    });
    enqueue(() => sent.push(2));
  });
  assert.equal(sent, [1, 2, 3]);
});
test.run();
