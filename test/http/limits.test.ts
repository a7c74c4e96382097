/** Limits that keep a slow, excessive or malfunctioning client from affecting others. */

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

/** Parses a raw HTTP response with a JSON body. */
function parseResponse(text: string) {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [statusLine = '', ...headers] = head.split('\r\n');
  return { statusLine, headers: headers.map((line) => line.toLowerCase()), problem: JSON.parse(body) };
}

function assertProblem(text: string, status: number, code: string) {
  const { statusLine, headers, problem } = parseResponse(text);
  assert.match(statusLine, new RegExp(`^HTTP/1\\.1 ${status} \\w`), text);
  assert.ok(headers.includes('content-type: application/problem+json'), text);
  assert.ok(headers.includes('connection: close'), text);
  assert.is(problem.type, `/problems/${code}`, text);
  assert.is(problem.status, status, text);
}

const parsing = suite('a request that is not valid HTTP');

parsing('is rejected with a problem document, and the connection is closed', async () => {
  assertProblem(await sendText(service.url, 'Hello there\r\n\r\n'), 400, 'malformed');
  assertProblem(await sendText(service.url, 'FOO /laptops HTTP/1.1\r\nHost: x\r\n\r\n'), 400, 'malformed');
  assertProblem(await sendText(service.url, '\u0016\u0003\u0001\u0002'), 400, 'malformed');
});

parsing(
  'is rejected if its headers contradict each other about the body length (request smuggling)',
  async () => {
    const head = 'POST /laptops HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n';
    for (const second of ['Content-Length: 6', 'Transfer-Encoding: chunked']) {
      assertProblem(await sendText(service.url, `${head}${second}\r\n\r\n0\r\n\r\n`), 400, 'malformed');
    }
  },
);

parsing('is rejected without a Host header', async () => {
  const text = await sendText(service.url, 'GET /laptops HTTP/1.1\r\nConnection: close\r\n\r\n');
  assertProblem(text, 400, 'malformed');
});

parsing('is rejected with 431 if its headers exceed 16 KiB', async () => {
  const request = `GET /laptops HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(17_000)}\r\n\r\n`;
  assertProblem(await sendText(service.url, request), 431, 'headers-too-large');
});

parsing('closes the connection without corrupting a response in progress', async () => {
  const { socket, received } = open(service.url);
  socket.write('GET /laptops/events HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((seen) => socket.once('data', seen));
  socket.write('Hello there\r\n\r\n');
  assert.not.match(await received, '400');
});

parsing.run();

const timeouts = suite('the request timeouts');

timeouts('reject headers that are sent one byte at a time (slowloris)', async () => {
  const { socket, received } = open(service.url);
  socket.write('GET /laptops HTTP/1.1\r\nHost: x\r\n');
  const drip = setInterval(() => socket.write('X'), 20);
  assertProblem(await received, 408, 'too-slow');
  clearInterval(drip);
});

timeouts('reject a body that is sent one byte at a time', async () => {
  const { socket, received } = open(service.url);
  socket.write(
    'POST /laptops HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
  );
  const drip = setInterval(() => socket.write(' '), 20);
  assertProblem(await received, 408, 'too-slow');
  clearInterval(drip);
});

timeouts('close a connection that sends no request', async () => {
  const { received } = open(service.url);
  assertProblem(await received, 408, 'too-slow');
});

timeouts('do not limit the time that a response takes', async () => {
  const wait = { 'Wait-For-Position': '1000000', Prefer: 'wait=2' };
  const response = await send(collection, { headers: wait });
  assert.is(response.status, 503);
});

timeouts.run();

const capacity = suite('the capacity limits');

/** Opens all six allowed connections, each with a request in progress. */
async function holdAll() {
  const held = Array.from({ length: 6 }, () => open(service.url));
  const responses = held.map(({ socket, received }) => {
    socket.write('GET /laptops/events HTTP/1.1\r\nHost: x\r\n\r\n');
    return Promise.race([new Promise((seen) => socket.once('data', seen)), received]);
  });
  const release = () => held.forEach(({ socket }) => socket.destroy());
  // A connection of an earlier test may still be open.
  if ((await Promise.all(responses)).every(Buffer.isBuffer)) return release;
  release();
  throw new Error('a connection was rejected below the limit');
}

capacity(
  'close a connection beyond MAX_CONNECTIONS at once and accept one again when others end',
  async () => {
    const release = await eventually(holdAll);
    assert.is(await sendText(service.url, 'GET /laptops HTTP/1.1\r\nHost: x\r\n\r\n'), '');
    release();
    await eventually(async () => assert.is((await send(collection)).status, 200));
  },
);

capacity('reject a waiting read beyond MAX_WAITS with Retry-After and serve all other reads', async () => {
  const headers = { 'Wait-For-Position': '1000000', Prefer: 'wait=3' };
  const started = performance.now();
  const waitingReads = [collection, `${collection}/1`, `${collection}/1/events`].map((url) =>
    send(url, { headers }),
  );
  const rejected = await Promise.race(waitingReads);
  assert.is(rejected.status, 503);
  assert.is(parseJsonBody(rejected)['type'], '/problems/unavailable');
  assert.match(
    String(parseJsonBody(rejected)['detail']),
    'Too many requests are waiting for a position (limit 2)',
  );
  assert.ok(Number(rejected.headers['retry-after']) > 0);
  // Reads that need not wait are served.
  assert.is((await send(collection)).status, 200);
  assert.is((await send(collection, { headers: { 'Wait-For-Position': '0' } })).status, 200);
  assert.is((await send(collection, { headers: { 'Wait-For-Position': 'latest' } })).status, 503);
  assert.ok(performance.now() - started < 3000, 'the other two reads are still waiting');
  const details = (await Promise.all(waitingReads)).map((response) =>
    String(parseJsonBody(response)['detail']),
  );
  assert.is(details.filter((detail) => detail.includes('within 3 s')).length, 2);
  assert.is((await send(collection, { headers: { 'Wait-For-Position': 'latest' } })).status, 200);
});

capacity.after(async () => {
  await service.stop();
  await connection.nc.close();
  await broker.close();
});
capacity.run();
