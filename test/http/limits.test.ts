/** One client, slow, greedy or confused, must not take the service from the others. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { open, parseJsonBody, send, sendText } from '../support/http/raw-http.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const service = await startServiceProcess('laptops', {
  natsUrl: broker.url,
  env: {
    HEADERS_TIMEOUT_SECONDS: '0.3',
    REQUEST_TIMEOUT_SECONDS: '0.6',
    MAX_CONNECTIONS: '6',
    MAX_WAITS: '2',
    LOG_LEVEL: 'fatal',
  },
});
const collection = `${service.url}/laptops`;

/** What a raw answer says, with its body as JSON. */
function read(text: string) {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [statusLine = '', ...headers] = head.split('\r\n');
  return { statusLine, headers: headers.map((line) => line.toLowerCase()), problem: JSON.parse(body) };
}

function isProblem(text: string, status: number, code: string) {
  const { statusLine, headers, problem } = read(text);
  assert.match(statusLine, new RegExp(`^HTTP/1\\.1 ${status} \\w`), text);
  assert.ok(headers.includes('content-type: application/problem+json'), text);
  assert.ok(headers.includes('connection: close'), text);
  assert.is(problem.type, `/problems/${code}`, text);
  assert.is(problem.status, status, text);
}

const confused = suite('what is no HTTP is answered with a problem document, and the connection closed');

confused('a line that is no request', async () => {
  isProblem(await sendText(service.url, 'Hello there\r\n\r\n'), 400, 'malformed');
  isProblem(await sendText(service.url, 'FOO /laptops HTTP/1.1\r\nHost: x\r\n\r\n'), 400, 'malformed');
  isProblem(await sendText(service.url, '\u0016\u0003\u0001\u0002'), 400, 'malformed');
});

confused('two lengths of one body: nobody should read two requests out of it', async () => {
  const head = 'POST /laptops HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n';
  for (const second of ['Content-Length: 6', 'Transfer-Encoding: chunked']) {
    isProblem(await sendText(service.url, `${head}${second}\r\n\r\n0\r\n\r\n`), 400, 'malformed');
  }
});

confused('no Host', async () => {
  const text = await sendText(service.url, 'GET /laptops HTTP/1.1\r\nConnection: close\r\n\r\n');
  isProblem(text, 400, 'malformed');
});

confused('headers over 16 KiB', async () => {
  const request = `GET /laptops HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(17_000)}\r\n\r\n`;
  isProblem(await sendText(service.url, request), 431, 'headers-too-large');
});

confused('in the middle of an answer, the connection is closed and the answer not spoilt', async () => {
  const { socket, received } = open(service.url);
  socket.write('GET /laptops/events HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((seen) => socket.once('data', seen));
  socket.write('Hello there\r\n\r\n');
  assert.not.match(await received, '400');
});

confused.run();

const slow = suite('who takes too long to ask is cut off');

slow('in the headers: one byte at a time (slowloris)', async () => {
  const { socket, received } = open(service.url);
  socket.write('GET /laptops HTTP/1.1\r\nHost: x\r\n');
  const drip = setInterval(() => socket.write('X'), 20);
  isProblem(await received, 408, 'too-slow');
  clearInterval(drip);
});

slow('in the body', async () => {
  const { socket, received } = open(service.url);
  socket.write(
    'POST /laptops HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
  );
  const drip = setInterval(() => socket.write(' '), 20);
  isProblem(await received, 408, 'too-slow');
  clearInterval(drip);
});

slow('by saying nothing at all', async () => {
  const { received } = open(service.url);
  isProblem(await received, 408, 'too-slow');
});

slow('while those who ask quickly are served, for as long as it takes', async () => {
  const wait = { 'Wait-For-Position': '1000000', Prefer: 'wait=2' };
  const answer = await send(collection, { headers: wait });
  assert.is(answer.status, 503);
});

slow.run();

const crowded = suite('there is only so much room');

/** Connections that are in use, all of the six that there may be. */
async function holdAll() {
  const held = Array.from({ length: 6 }, () => open(service.url));
  const served = held.map(({ socket, received }) => {
    socket.write('GET /laptops/events HTTP/1.1\r\nHost: x\r\n\r\n');
    return Promise.race([new Promise((seen) => socket.once('data', seen)), received]);
  });
  const release = () => held.forEach(({ socket }) => socket.destroy());
  // One that a test before has left may still count.
  if ((await Promise.all(served)).every(Buffer.isBuffer)) return release;
  release();
  throw new Error('a connection was refused too early');
}

crowded(
  'for connections: one too many is closed at once, and there is room again when one ends',
  async () => {
    const release = await eventually(holdAll);
    assert.is(await sendText(service.url, 'GET /laptops HTTP/1.1\r\nHost: x\r\n\r\n'), '');
    release();
    await eventually(async () => assert.is((await send(collection)).status, 200));
  },
);

crowded('for those who wait: one too many is told to come back, everyone else is served', async () => {
  const headers = { 'Wait-For-Position': '1000000', Prefer: 'wait=3' };
  const begun = performance.now();
  const three = [collection, `${collection}/1`, `${collection}/1/events`].map((url) =>
    send(url, { headers }),
  );
  const refused = await Promise.race(three);
  assert.is(refused.status, 503);
  assert.is(parseJsonBody(refused)['type'], '/problems/unavailable');
  assert.match(String(parseJsonBody(refused)['detail']), '2 requests wait');
  assert.ok(Number(refused.headers['retry-after']) > 0);
  // A read that need not wait, and one whose position is there, are served.
  assert.is((await send(collection)).status, 200);
  assert.is((await send(collection, { headers: { 'Wait-For-Position': '0' } })).status, 200);
  assert.is((await send(collection, { headers: { 'Wait-For-Position': 'latest' } })).status, 503);
  assert.ok(performance.now() - begun < 3000, 'the other two still wait');
  const details = (await Promise.all(three)).map((answer) => String(parseJsonBody(answer)['detail']));
  assert.is(details.filter((detail) => detail.includes('within 3 s')).length, 2);
  assert.is((await send(collection, { headers: { 'Wait-For-Position': 'latest' } })).status, 200);
});

crowded.after(async () => {
  await service.stop();
  await connection.nc.close();
  await broker.close();
});
crowded.run();
