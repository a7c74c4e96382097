/** The typed client when a service is unavailable, slow or incompatible. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createClient } from '../../src/kit/client/create-client.ts';
import { laptopService } from '../../src/laptops/laptop.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startFlakyService } from '../support/http/flaky-service.ts';
import { problemOf } from '../support/http/problem-of.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const service = await startServiceProcess('laptops', { natsUrl: broker.url });
const laptop = { title: 'Lenovo', model: 'S3' };

const retries = suite('a failed request');

for (const failure of ['unavailable', 'broken'] as const) {
  retries(`is retried with the same idempotency key (${failure})`, async () => {
    const flaky = await startFlakyService(service.url, 2, failure);
    const { document } = await createClient(flaky.url, laptopService).add(laptop);
    assert.is(document.title, laptop.title);
    const keys = flaky.requests.map((headers) => headers['idempotency-key']);
    assert.is(keys.length, 3);
    assert.match(String(keys[0]), /^"[0-9a-f-]{36}"$/);
    assert.is(new Set(keys).size, 1);
    flaky.close();
  });
}

for (const [code, status] of [
  ['too-slow', 408],
  ['too-many-requests', 429],
  ['unavailable', 503],
] as const) {
  retries(`is retried after the problem ${code} (${status})`, async () => {
    const { title, detail } = { title: 'Try again', detail: 'Try again.' };
    const problem = { type: `/problems/${code}`, title, status, detail };
    let requests = 0;
    const client = createClient('http://service.invalid', laptopService, {
      fetch: (url, options) => {
        requests += 1;
        if (requests > 1) return fetch(service.url + (url instanceof URL ? url.pathname : ''), options);
        const headers = { 'Content-Type': 'application/problem+json', 'Retry-After': '0' };
        return Promise.resolve(new Response(JSON.stringify(problem), { status, headers }));
      },
    });
    assert.equal(await client.rejections(), []);
    assert.is(requests, 2);
  });
}

retries('rejects after `maxAttempts` attempts with an error that contains the idempotency key', async () => {
  const flaky = await startFlakyService(service.url, 3, 'broken');
  const client = createClient(flaky.url, laptopService, { maxAttempts: 3 });
  const { code, status, idempotencyKey = '' } = await problemOf(client.add(laptop));
  assert.is(code, 'unreachable');
  assert.is(status, undefined);
  assert.is(flaky.requests.length, 3);
  const { version } = await client.add(laptop, { idempotencyKey });
  assert.is((await client.add(laptop, { idempotencyKey })).version, version);
  flaky.close();
});

retries('is not retried if Retry-After exceeds the limit', async () => {
  const client = createClient('http://service.invalid', laptopService, {
    fetch: () => Promise.resolve(new Response('', { status: 503, headers: { 'Retry-After': '3600' } })),
  });
  assert.is((await problemOf(client.get(1))).retryAfterMs, 3_600_000);
});

retries('is not retried if the error is permanent', async () => {
  const flaky = await startFlakyService(service.url, 0, 'broken');
  assert.is((await problemOf(createClient(flaky.url, laptopService).get(1))).code, 'not-found');
  assert.is(flaky.requests.length, 1);
  flaky.close();
});

retries('is aborted by its signal between two attempts', async () => {
  const flaky = await startFlakyService(service.url, Infinity, 'broken');
  const client = createClient(flaky.url, laptopService, { maxAttempts: 1000 });
  const signal = AbortSignal.timeout(300);
  const error: unknown = await client.get(1, { signal }).catch((thrown: unknown) => thrown);
  assert.is(error, signal.reason);
  flaky.close();
});

retries('rejects as unreachable if the response exceeds `timeoutMs`', async () => {
  const client = createClient('http://service.invalid', laptopService, {
    timeoutMs: 50,
    maxAttempts: 2,
    fetch: (_url, options) =>
      new Promise((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason));
      }),
  });
  assert.is((await problemOf(client.get(1))).code, 'unreachable');
});
retries.run();

const requests = suite('a request');

requests("carries the client's token, a new token from a function, or a token of its own", async () => {
  const flaky = await startFlakyService(service.url, 0, 'broken');
  let tokens = 0;
  await createClient(flaky.url, laptopService, { token: 'a' }).rejections();
  const fresh = createClient(flaky.url, laptopService, { token: () => `b${(tokens += 1)}` });
  await fresh.rejections();
  await fresh.rejections();
  await fresh.rejections({ token: 'c' });
  assert.equal(
    flaky.requests.map(({ authorization }) => authorization),
    ['Bearer a', 'Bearer b1', 'Bearer b2', 'Bearer c'],
  );
  flaky.close();
});

requests('rejects with the location of the mismatch if the response does not match the schema', async () => {
  const client = createClient('http://service.invalid', laptopService, {
    fetch: () =>
      Promise.resolve(new Response('{"id":"x"}', { headers: { ETag: '"1"', 'Stream-Position': '1' } })),
  });
  const { code, message } = await problemOf(client.get(1));
  assert.is(code, 'not-understood');
  assert.match(message, /title/);
});
requests.after(async () => {
  await service.stop();
  await connection.nc.close();
  await broker.close();
});
requests.run();
