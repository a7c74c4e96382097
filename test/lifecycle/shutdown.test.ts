import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { typescriptArgs } from '../../scripts/typescript-args.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { freeze, unfreeze } from '../support/broker/freeze.ts';
import { startServiceProcess, type ServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const start = () => startServiceProcess('laptops', { natsUrl: broker.url });

/** Opens a POST request without a body; the caller sends the body. */
function openPost(service: ServiceProcess, agent?: Agent): ClientRequest {
  const headers = { 'content-type': 'application/json' };
  return request(`${service.url}/laptops`, {
    method: 'POST',
    headers,
    ...(agent !== undefined && { agent }),
  });
}

async function readStatus(sent: ClientRequest): Promise<number> {
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response === undefined) throw new Error('no response received');
  response.resume();
  await once(response, 'end');
  return response.statusCode ?? 0;
}

const body = (id: number) => JSON.stringify({ id, title: 'Lenovo', model: 'S3' });

/** Sends half of a POST and waits until the service has accepted it. The returned function sends the rest. */
async function holdRequest(service: ServiceProcess, id: number): Promise<() => Promise<number>> {
  const post = openPost(service).setHeader('expect', '100-continue');
  const status = readStatus(post);
  // Prevents an unhandled rejection if the request fails before the caller sends the rest.
  status.catch(() => undefined);
  const accepted = once(post, 'continue');
  post.flushHeaders();
  await accepted;
  post.write(body(id).slice(0, 10));
  return () => {
    post.end(body(id).slice(10));
    return status;
  };
}

async function readErrorCode(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'none';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

async function isInStream(id: number): Promise<boolean> {
  return (await jsm.streams.getMessage('LAPTOPS', { last_by_subj: `laptops.events.${id}` })) !== null;
}

/** Termination grace period of the platform in ms; after it, the process is killed. */
const gracePeriodMs = 10_000;

async function assertExitsInTime(service: ServiceProcess, since: number): Promise<void> {
  assert.is(await service.exited, 0);
  assert.ok(performance.now() - since < gracePeriodMs);
}

const test = suite('a service that receives SIGTERM');

test('is no longer ready, rejects new connections and completes requests in flight', async () => {
  const service = await start();
  const finish = await holdRequest(service, 1);
  assert.is((await fetch(`${service.probeUrl}/readyz`)).status, 200);

  const since = performance.now();
  void service.stop('SIGTERM');
  await eventually(async () => assert.is((await fetch(`${service.probeUrl}/readyz`)).status, 503));
  assert.is((await fetch(`${service.probeUrl}/livez`)).status, 200);
  await eventually(async () =>
    assert.is(await readErrorCode(readStatus(openPost(service).end())), 'ECONNREFUSED'),
  );

  assert.is(await finish(), 201);
  await assertExitsInTime(service, since);
  assert.ok(await isInStream(1));
});

test('ignores further signals', async () => {
  const service = await start();
  const finish = await holdRequest(service, 2);
  const since = performance.now();
  void service.stop('SIGTERM');
  await eventually(async () => assert.is((await fetch(`${service.probeUrl}/readyz`)).status, 503));
  process.kill(service.pid, 'SIGTERM');
  process.kill(service.pid, 'SIGINT');
  // If one of the signals ended the process, this request would fail.
  await fetch(`${service.probeUrl}/livez`);
  assert.is(await finish(), 201);
  await assertExitsInTime(service, since);
});

test('completes every accepted request and stores every acknowledged write', async () => {
  const service = await start();
  const agent = new Agent({ keepAlive: true });
  const created: number[] = [];
  const failures: string[] = [];
  let next = 1_000;
  async function writeUntilConnectionRefused() {
    for (;;) {
      const id = (next += 1);
      try {
        const status = await readStatus(openPost(service, agent).end(body(id)));
        if (status === 201) created.push(id);
        else failures.push(String(status));
      } catch (error) {
        // ECONNREFUSED: the request was not accepted, and a client can safely send it to another replica.
        const code = await readErrorCode(Promise.reject(error));
        if (code !== 'ECONNREFUSED') failures.push(code);
        return;
      }
    }
  }
  const writers = Array.from({ length: 16 }, writeUntilConnectionRefused);
  await eventually(() => assert.ok(created.length >= 100));

  const since = performance.now();
  void service.stop('SIGTERM');
  await Promise.all(writers);
  await assertExitsInTime(service, since);
  agent.destroy();
  assert.equal(failures, []);
  for (const id of created) assert.ok(await isInStream(id), `${id} was acknowledged`);
});

test('does not wait for idle connections and incomplete requests', async () => {
  const service = await start();
  const agent = new Agent({ keepAlive: true });
  assert.is(await readStatus(openPost(service, agent).end(body(3))), 201);
  const { hostname, port } = new URL(service.url);
  const idle = connect(Number(port), hostname);
  const halfRequest = connect(Number(port), hostname);
  for (const socket of [idle, halfRequest]) {
    socket.on('error', () => undefined);
    await once(socket, 'connect');
  }
  halfRequest.write('GET /laptops HTTP/1.1\r\nHost: ');
  // Connections are accepted in order: after this response, the service has accepted both sockets.
  assert.is((await fetch(`${service.url}/laptops`)).status, 200);

  const since = performance.now();
  assert.is(await service.stop('SIGTERM'), 0);
  assert.ok(performance.now() - since < gracePeriodMs / 2);
  for (const socket of [idle, halfRequest]) socket.destroy();
  agent.destroy();
});

test('exits in time if a client never completes its request', async () => {
  const service = await start();
  const finish = await holdRequest(service, 4);
  const since = performance.now();
  void service.stop('SIGTERM');
  await assertExitsInTime(service, since);
  assert.match(await readErrorCode(finish()), /ECONNRESET|EPIPE|ECONNREFUSED/);
  assert.not.ok(await isInStream(4));
});

test('responds 503 in time to a write with an unknown outcome', async () => {
  const service = await start();
  const finish = await holdRequest(service, 5);
  await freeze(broker.pid);
  try {
    const status = finish();
    const since = performance.now();
    void service.stop('SIGTERM');
    assert.is(await status, 503);
    await assertExitsInTime(service, since);
  } finally {
    unfreeze(broker.pid);
  }
});

test('exits in time if the broker is unreachable', async () => {
  const service = await start();
  await broker.kill();
  await eventually(async () => {
    const response = await fetch(`${service.url}/laptops`);
    assert.ok(response.headers.has('age'));
  });
  const since = performance.now();
  void service.stop('SIGTERM');
  await assertExitsInTime(service, since);
});

test('exits in time if nothing reads its log any more', async () => {
  const entry = fileURLToPath(new URL('../../src/laptops/main.ts', import.meta.url));
  const service = spawn(process.execPath, [...typescriptArgs, entry], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NATS_URL: broker.url, HTTP_PORT: '0', PROBE_PORT: '0', LOG_LEVEL: 'info' },
  });
  const exited = once(service, 'exit');
  let since = Infinity;
  service.stdout.setEncoding('utf8').on('data', (lines: string) => {
    // The last message is still to be written when the pipe is closed.
    if (lines.includes('"msg":"stopping"')) service.stdout.destroy();
    else if (since === Infinity) since = service.kill('SIGTERM') ? performance.now() : Infinity;
  });
  assert.equal(await exited, [0, null]);
  assert.ok(performance.now() - since < gracePeriodMs);
});

test.after(async () => {
  await connection.nc.close();
  await broker.close();
});

test.run();
