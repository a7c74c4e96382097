/** A response and its log line have the same request id: the one sent by the client, or a generated one. */

import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createApp } from '../../src/kit/http/server/app.ts';
import { logRequest } from '../../src/kit/runtime/observability/logger.ts';
import type { ReadyMessage } from '../../src/kit/runtime/run.ts';
import { listen } from '../../src/kit/http/server/listen.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { send, type RawResponse } from '../support/http/raw-http.ts';
import { typescriptArgs } from '../../scripts/typescript-args.ts';

type Line = Readonly<Record<string, unknown>>;

const lines: Line[] = [];
const collect = (text: string) => {
  // Throws if the service logs a line that is not JSON.
  lines.push(JSON.parse(text));
};
const findLine = (requestId: unknown) =>
  eventually(() => {
    const line = lines.find((candidate) => candidate['requestId'] === requestId);
    if (line === undefined) throw new Error(`no line for ${String(requestId)}`);
    return line;
  });

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const child = fork(fileURLToPath(new URL('../../src/laptops/main.ts', import.meta.url)), {
  execArgv: [...typescriptArgs],
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  env: {
    ...process.env,
    NATS_URL: broker.url,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    PROBE_PORT: '0',
    LOG_LEVEL: 'debug',
  },
});
if (child.stdout !== null) createInterface(child.stdout).on('line', collect);
const { httpPort } = await new Promise<ReadyMessage>((ready) => child.once('message', ready));
const url = `http://127.0.0.1:${httpPort}`;

const generatedId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Returns the request id of a response. Asserts that the body does not contain it. */
function requestIdOf({ headers, body }: RawResponse): string {
  const requestId = String(headers['request-id']);
  assert.not.match(body.toString(), requestId);
  return requestId;
}

const requestLog = suite('the log line of a request');

requestLog('has the Request-Id of the client', async () => {
  const response = await send(`${url}/laptops`, { headers: { 'Request-Id': 'order-7/retry:2' } });
  assert.is(requestIdOf(response), 'order-7/retry:2');
  const line = await findLine('order-7/retry:2');
  assert.is(line['level'], 'debug');
  assert.is(line['method'], 'GET');
  assert.is(line['path'], '/laptops');
  assert.is(line['status'], 200);
  assert.type(line['milliseconds'], 'number');
});

requestLog('has a generated id if the client sends none', async () => {
  const requestId = requestIdOf(await send(`${url}/laptops`));
  assert.match(requestId, generatedId);
  await findLine(requestId);
});

requestLog('has a generated id if the id sent by the client cannot be logged unchanged', async () => {
  for (const invalidId of ['a b', '"', '{"a":1}', 'x'.repeat(129), '<script>', '']) {
    assert.match(
      requestIdOf(await send(`${url}/laptops`, { headers: { 'Request-Id': invalidId } })),
      generatedId,
      invalidId,
    );
  }
});

requestLog('has level debug and the reason of a client error', async () => {
  const line = await findLine(requestIdOf(await send(`${url}/laptops/99`)));
  assert.is(line['level'], 'debug');
  assert.is(line['status'], 404);
  assert.is(line['reason'], 'There is no laptop 99.');
});

requestLog('has level warn and the reason of a 503 response', async () => {
  const headers = { 'Wait-For-Position': '1000', Prefer: 'wait=0' };
  const line = await findLine(requestIdOf(await send(`${url}/laptops`, { headers })));
  assert.is(line['level'], 'warn');
  assert.is(line['status'], 503);
  assert.match(String(line['reason']), 'did not reach 1000');
});

requestLog('follows a startup line that states whether writes require a token', () => {
  const ready = lines.find(({ msg }) => msg === 'ready');
  assert.is(ready?.['writes'], 'no token required');
});

requestLog(
  'has level error and the cause of an unexpected error, which the client does not see',
  async () => {
    const middleware = () => {
      throw new Error('the secret cause');
    };
    const output = new PassThrough();
    createInterface(output).on('line', collect);
    const logger = pino({ level: 'debug', formatters: { level: (label) => ({ level: label }) } }, output);
    const app = createApp({
      router: { middleware },
      onRequestHandled: (request) => logRequest(logger, request),
      onInternalError: (error) => assert.unreachable(String(error)),
    });
    const server = await listen({ host: '127.0.0.1', port: 0, variable: 'none', listener: app.callback() });
    const response = await send(`http://127.0.0.1:${server.port}/bug`);
    await server.close();
    assert.is(response.status, 500);
    assert.not.match(response.body.toString() + JSON.stringify(response.headers), 'secret');
    const line = await findLine(requestIdOf(response));
    assert.is(line['level'], 'error');
    assert.match(JSON.stringify(line['err']), 'the secret cause');
  },
);

requestLog.after(async () => {
  const ended = new Promise((exit) => child.once('exit', exit));
  child.kill();
  await ended;
  await connection.nc.close();
  await broker.close();
});
requestLog.run();
