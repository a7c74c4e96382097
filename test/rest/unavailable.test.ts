/** The broker is away: reads go on from memory, writes say so at once, and nothing has to be restarted when it is back. */

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
  const answer = await send();
  assertProblem(answer, 'unavailable');
  assert.match(answer.headers.get('Retry-After') ?? '', /^[1-9][0-9]*$/);
  assert.ok(performance.now() - started < 1500, `${performance.now() - started} ms`);
}

assert.is((await post('/laptops', { json: { id: 1, ...lenovo }, ...key })).status, 201);
assert.is((await get('/laptops/1')).headers.get('Age'), null);
await broker.kill();
await eventually(async () => assert.ok((await get('/laptops/1')).headers.has('Age')));

const reading = suite('while the broker is away, reads go on');

reading('from memory, and say how old it may be', async () => {
  for (const path of ['/laptops', '/laptops/1', '/laptops/rejections']) {
    const { status, headers } = await get(path);
    assert.is(status, 200);
    assert.match(headers.get('Age') ?? 'no Age', /^[0-9]+$/);
    assert.is(headers.get('Stream-Position'), '1');
  }
});
reading('and the age grows', async () => {
  const age = async () => Number((await get('/laptops/1')).headers.get('Age'));
  const before = await age();
  await eventually(async () => assert.ok((await age()) > before), 5_000);
});
reading('also those that are not found, or not modified', async () => {
  assertProblem(await get('/laptops/2'), 'not-found');
  assert.is((await get('/laptops/1', { headers: { 'If-None-Match': '"1"' } })).status, 304);
});
reading('also those that wait for a position that is applied already', async () =>
  assert.is((await get('/laptops', { headers: { 'Wait-For-Position': '1' } })).status, 200),
);
reading('but nobody can say what the latest position is', () =>
  assertUnavailableAtOnce(() => get('/laptops', { headers: { 'Wait-For-Position': 'latest' } })),
);
reading('and the history is not in memory', () => assertUnavailableAtOnce(() => get('/laptops/1/events')));
reading.run();

const writing = suite('while the broker is away, a write is unavailable at once');

writing('adding, changing, removing', async () => {
  await assertUnavailableAtOnce(() => post('/laptops', { json: { id: 2, ...lenovo } }));
  await assertUnavailableAtOnce(() => post('/laptops', { json: lenovo }));
  await assertUnavailableAtOnce(() => put('/laptops/1', { json: { title: 'IBM', model: 'T60' } }));
  await assertUnavailableAtOnce(() => laptops.delete('/laptops/1'));
});
writing('also one that would change nothing or would be refused: the log may say otherwise', async () => {
  await assertUnavailableAtOnce(() => put('/laptops/1', { json: lenovo }));
  await assertUnavailableAtOnce(() => put('/laptops/2', { json: lenovo }));
  await assertUnavailableAtOnce(() => post('/laptops', { json: { id: 1, ...lenovo } }));
  await assertUnavailableAtOnce(() => laptops.delete('/laptops/2'));
});
writing('also one that was carried out before', () =>
  assertUnavailableAtOnce(() => post('/laptops', { json: { id: 1, ...lenovo }, ...key })),
);
writing('but what is wrong with a request is said all the same', async () => {
  assertProblem(await post('/laptops', { json: {} }), 'invalid');
  assertProblem(await put('/laptops/x', { json: lenovo }), 'malformed');
});
writing('and the service counts as alive', async () =>
  assert.is((await fetch(`${laptops.probeUrl}/livez`)).status, 200),
);
writing.run();

const returning = suite('when the broker is back, the same process goes on');

returning('writes are taken again', async () => {
  await broker.restart();
  const answer = await eventually(async () => {
    const again = await post('/laptops', { json: { id: 3, ...lenovo } });
    assert.is(again.status, 201);
    return again;
  });
  assert.is(answer.headers.get('Stream-Position'), '2');
});
returning('nothing that was unavailable was stored, and nothing that was acknowledged is lost', async () => {
  const { body } = await get('/laptops', { headers: { 'Wait-For-Position': 'latest' } });
  assert.equal(body, [
    { id: 1, ...lenovo, ports: [] },
    { id: 3, ...lenovo, ports: [] },
  ]);
});
returning('reads are fresh again', async () => assert.is((await get('/laptops/1')).headers.get('Age'), null));
returning('a key from before the outage still gives its answer', async () => {
  const answer = await post('/laptops', { json: { id: 1, ...lenovo }, ...key });
  assert.equal([answer.status, answer.headers.get('ETag')], [201, '"1"']);
});
returning('and the process ends cleanly', async () => assert.is(await laptops.stop(), 0));
returning.after(close);
returning.run();
