/** A service that is told to stop, as every rollout does, breaks no promise: what it accepted is answered and kept. */

import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { freeze, unfreeze } from '../support/broker/freeze.ts';
import { startServiceProcess, type ServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const start = () => startServiceProcess('laptops', { natsUrl: broker.url });

/** A POST whose body the caller sends when it likes. */
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
  if (response === undefined) throw new Error('there is no response');
  response.resume();
  await once(response, 'end');
  return response.statusCode ?? 0;
}

const body = (id: number) => JSON.stringify({ id, title: 'Lenovo', model: 'S3' });

/** Sends half of a POST, and waits until the service has taken it on. */
async function holdRequest(service: ServiceProcess, id: number): Promise<() => Promise<number>> {
  const post = openPost(service).setHeader('expect', '100-continue');
  const answered = readStatus(post);
  // Looked at when the rest is sent, which may be after it failed.
  answered.catch(() => undefined);
  const taken = once(post, 'continue');
  post.flushHeaders();
  await taken;
  post.write(body(id).slice(0, 10));
  return () => {
    post.end(body(id).slice(10));
    return answered;
  };
}

async function readCode(attempt: Promise<unknown>): Promise<string> {
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

/** Milliseconds: what a platform grants before it kills. */
const grantedMs = 10_000;

async function endsInTime(service: ServiceProcess, since: number): Promise<void> {
  assert.is(await service.exited, 0);
  assert.ok(performance.now() - since < grantedMs);
}

const test = suite('a service that is told to stop');

test('finishes what is in flight while it is not ready and accepts nothing new', async () => {
  const service = await start();
  const finish = await holdRequest(service, 1);
  assert.is((await fetch(`${service.probeUrl}/readyz`)).status, 200);

  const since = performance.now();
  void service.stop('SIGTERM');
  await eventually(async () => assert.is((await fetch(`${service.probeUrl}/readyz`)).status, 503));
  assert.is((await fetch(`${service.probeUrl}/livez`)).status, 200);
  await eventually(async () =>
    assert.is(await readCode(readStatus(openPost(service).end())), 'ECONNREFUSED'),
  );

  assert.is(await finish(), 201);
  await endsInTime(service, since);
  assert.ok(await isInStream(1));
});

test('takes a second signal for the first', async () => {
  const service = await start();
  const finish = await holdRequest(service, 2);
  const since = performance.now();
  void service.stop('SIGTERM');
  await eventually(async () => assert.is((await fetch(`${service.probeUrl}/readyz`)).status, 503));
  process.kill(service.pid, 'SIGTERM');
  process.kill(service.pid, 'SIGINT');
  // A signal that it would die of has done so before this is answered.
  await fetch(`${service.probeUrl}/livez`);
  assert.is(await finish(), 201);
  await endsInTime(service, since);
});

test('breaks no request that it accepted, and keeps every write that it acknowledged', async () => {
  const service = await start();
  const agent = new Agent({ keepAlive: true });
  const created: number[] = [];
  const failures: string[] = [];
  let next = 1_000;
  async function writeUntilRefused() {
    for (;;) {
      const id = (next += 1);
      try {
        const status = await readStatus(openPost(service, agent).end(body(id)));
        if (status === 201) created.push(id);
        else failures.push(String(status));
      } catch (error) {
        // Refused: the request was never accepted, and a client may send it elsewhere.
        const code = await readCode(Promise.reject(error));
        if (code !== 'ECONNREFUSED') failures.push(code);
        return;
      }
    }
  }
  const writers = Array.from({ length: 16 }, writeUntilRefused);
  await eventually(() => assert.ok(created.length >= 100));

  const since = performance.now();
  void service.stop('SIGTERM');
  await Promise.all(writers);
  await endsInTime(service, since);
  agent.destroy();
  assert.equal(failures, []);
  for (const id of created) assert.ok(await isInStream(id), `${id} was acknowledged`);
});

test('is not held up by connections that wait for nothing', async () => {
  const service = await start();
  const agent = new Agent({ keepAlive: true });
  assert.is(await readStatus(openPost(service, agent).end(body(3))), 201);
  const { hostname, port } = new URL(service.url);
  const silent = connect(Number(port), hostname);
  const halfRequest = connect(Number(port), hostname);
  for (const socket of [silent, halfRequest]) {
    socket.on('error', () => undefined);
    await once(socket, 'connect');
  }
  halfRequest.write('GET /laptops HTTP/1.1\r\nHost: ');
  // The connections are known to the service when a later one is answered.
  assert.is((await fetch(`${service.url}/laptops`)).status, 200);

  const since = performance.now();
  assert.is(await service.stop('SIGTERM'), 0);
  assert.ok(performance.now() - since < grantedMs / 2);
  for (const socket of [silent, halfRequest]) socket.destroy();
  agent.destroy();
});

test('ends in time when a client never finishes its request', async () => {
  const service = await start();
  const finish = await holdRequest(service, 4);
  const since = performance.now();
  void service.stop('SIGTERM');
  await endsInTime(service, since);
  assert.match(await readCode(finish()), /ECONNRESET|EPIPE|ECONNREFUSED/);
  assert.not.ok(await isInStream(4));
});

test('answers a write in time when nobody knows what became of it', async () => {
  const service = await start();
  const finish = await holdRequest(service, 5);
  await freeze(broker.pid);
  try {
    const answered = finish();
    const since = performance.now();
    void service.stop('SIGTERM');
    assert.is(await answered, 503);
    await endsInTime(service, since);
  } finally {
    unfreeze(broker.pid);
  }
});

test('is not held up by a broker that is gone', async () => {
  const service = await start();
  await broker.kill();
  await eventually(async () => {
    const response = await fetch(`${service.url}/laptops`);
    assert.ok(response.headers.has('age'));
  });
  const since = performance.now();
  void service.stop('SIGTERM');
  await endsInTime(service, since);
});

test.after(async () => {
  await connection.nc.close();
  await broker.close();
});

test.run();
