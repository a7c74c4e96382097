/**
 * While the broker is unreachable, reads are served from memory and writes fail at once. The service recovers without a
 * restart when the broker is reachable again.
 */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { assertProblem, type HttpResponse } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { broker, start, close } = await startTestSystem();
const laptops = await start('laptops');
const { get, post, put } = laptops;

const lenovo = { title: 'Lenovo', model: 'S3' };
const key = { headers: { 'Idempotency-Key': 'before-the-outage' } };

async function assertUnavailableAtOnce(send: () => Promise<HttpResponse>): Promise<void> {
  const started = performance.now();
  const response = await send();
  assertProblem(response, 'unavailable');
  assert.match(response.headers.get('Retry-After') ?? '', /^[1-9][0-9]*$/);
  assert.ok(performance.now() - started < 1500, `${performance.now() - started} ms`);
}

assert.is((await post('/laptops', { json: { id: 1, ...lenovo }, ...key })).status, 201);
assert.is((await get('/laptops/1')).headers.get('Age'), null);
await broker.kill();
await eventually(async () => assert.ok((await get('/laptops/1')).headers.has('Age')));

const reads = suite('while the broker is unreachable, a read');

reads('is served from memory with an Age header', async () => {
  for (const path of ['/laptops', '/laptops/1', '/laptops/rejections']) {
    const { status, headers } = await get(path);
    assert.is(status, 200);
    assert.match(headers.get('Age') ?? 'no Age', /^[0-9]+$/);
    assert.is(headers.get('Stream-Position'), '1');
  }
});
reads('has an Age that increases', async () => {
  const age = async () => Number((await get('/laptops/1')).headers.get('Age'));
  const before = await age();
  await eventually(async () => assert.ok((await age()) > before), 5_000);
});
reads('can return 404 and 304', async () => {
  assertProblem(await get('/laptops/2'), 'not-found');
  assert.is((await get('/laptops/1', { headers: { 'If-None-Match': '"1"' } })).status, 304);
});
reads('is served if it waits for a position that is already applied', async () =>
  assert.is((await get('/laptops', { headers: { 'Wait-For-Position': '1' } })).status, 200),
);
reads('returns 503 at once if it waits for the latest position', () =>
  assertUnavailableAtOnce(() => get('/laptops', { headers: { 'Wait-For-Position': 'latest' } })),
);
reads('returns 503 at once for a history, which is not held in memory', () =>
  assertUnavailableAtOnce(() => get('/laptops/1/events')),
);
reads.run();

const writes = suite('while the broker is unreachable, a write');

writes('returns 503 at once for POST, PUT and DELETE', async () => {
  await assertUnavailableAtOnce(() => post('/laptops', { json: { id: 2, ...lenovo } }));
  await assertUnavailableAtOnce(() => post('/laptops', { json: lenovo }));
  await assertUnavailableAtOnce(() => put('/laptops/1', { json: { title: 'IBM', model: 'T60' } }));
  await assertUnavailableAtOnce(() => laptops.delete('/laptops/1'));
});
writes(
  'returns 503 even if it would change nothing or be rejected, because the view may be out of date',
  async () => {
    await assertUnavailableAtOnce(() => put('/laptops/1', { json: lenovo }));
    await assertUnavailableAtOnce(() => put('/laptops/2', { json: lenovo }));
    await assertUnavailableAtOnce(() => post('/laptops', { json: { id: 1, ...lenovo } }));
    await assertUnavailableAtOnce(() => laptops.delete('/laptops/2'));
  },
);
writes('returns 503 even if it was executed before with the same key', () =>
  assertUnavailableAtOnce(() => post('/laptops', { json: { id: 1, ...lenovo }, ...key })),
);
writes('returns 400 or 422 if the request itself is invalid', async () => {
  assertProblem(await post('/laptops', { json: {} }), 'invalid');
  assertProblem(await put('/laptops/x', { json: lenovo }), 'malformed');
});
writes('does not affect the liveness probe', async () =>
  assert.is((await fetch(`${laptops.probeUrl}/livez`)).status, 200),
);
writes.run();

const recovery = suite('when the broker is reachable again, the same process');

recovery('accepts writes', async () => {
  await broker.restart();
  const response = await eventually(async () => {
    const again = await post('/laptops', { json: { id: 3, ...lenovo } });
    assert.is(again.status, 201);
    return again;
  });
  assert.is(response.headers.get('Stream-Position'), '2');
});
recovery('has stored no failed write and lost no acknowledged one', async () => {
  const { body } = await get('/laptops', { headers: { 'Wait-For-Position': 'latest' } });
  assert.equal(body, [
    { id: 1, ...lenovo, ports: [] },
    { id: 3, ...lenovo, ports: [] },
  ]);
});
recovery('omits the Age header as soon as it reads all streams', () =>
  eventually(async () => assert.is((await get('/laptops/1')).headers.get('Age'), null)),
);
recovery('returns the original response for a key from before the outage', async () => {
  const response = await post('/laptops', { json: { id: 1, ...lenovo }, ...key });
  assert.equal([response.status, response.headers.get('ETag')], [201, '"1"']);
});
recovery('exits with 0', async () => assert.is(await laptops.stop(), 0));
recovery.after(close);
recovery.run();
