import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { assertProblem } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, countMessages, close } = await startTestSystem();
const [laptops, other, ports] = await Promise.all([start('laptops'), start('laptops'), start('ports')]);
const OpenApi = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z.array(z.object({ name: z.string() })).default([]),
        responses: z.record(z.string(), z.unknown()),
      }),
    ),
  ),
});

const lenovo = { title: 'Lenovo', model: 'S3' };
const ibm = { title: 'IBM', model: 'T60' };
let lastId = 0;

/** Adds a new laptop. Returns its path, its subject and its ETag. */
async function addLaptop() {
  lastId += 1;
  const { status, headers } = await laptops.post('/laptops', { json: { id: lastId, ...lenovo } });
  assert.is(status, 201);
  return { path: `/laptops/${lastId}`, subject: `laptops.events.${lastId}`, tag: headers.get('ETag') ?? '' };
}

const ifMatch = suite('If-Match');

ifMatch('accepts a change with the current ETag and rejects a second one with the same ETag', async () => {
  const { path, tag, subject } = await addLaptop();
  const headers = { 'If-Match': tag };
  assert.is((await laptops.put(path, { json: ibm, headers })).status, 200);
  assertProblem(await laptops.put(path, { json: lenovo, headers }), 'precondition-failed', /is at version/);
  assert.is(await countMessages(subject), 2);
  assert.is((await laptops.get(path)).text, JSON.stringify({ id: lastId, ...ibm, ports: [] }));
});
ifMatch('accepts `*` and a list that contains the current ETag', async () => {
  const { path, tag } = await addLaptop();
  assert.is((await laptops.put(path, { json: ibm, headers: { 'If-Match': `"0", ${tag}` } })).status, 200);
  assert.is((await laptops.put(path, { json: lenovo, headers: { 'If-Match': '*' } })).status, 200);
});
ifMatch('rejects a weak ETag, an unknown ETag and the ETag of another laptop', async () => {
  const other = await addLaptop();
  const { path, tag, subject } = await addLaptop();
  for (const wrong of [`W/${tag}`, other.tag, '"0"']) {
    const response = await laptops.put(path, { json: ibm, headers: { 'If-Match': wrong } });
    assertProblem(response, 'precondition-failed');
  }
  assert.is(await countMessages(subject), 1);
});
ifMatch('is checked even if the request would change nothing', async () => {
  const { path } = await addLaptop();
  const response = await laptops.put(path, { json: lenovo, headers: { 'If-Match': '"0"' } });
  assertProblem(response, 'precondition-failed');
});
ifMatch('never matches a removed laptop', async () => {
  const { path, tag } = await addLaptop();
  await laptops.delete(path);
  for (const header of ['*', tag]) {
    assertProblem(
      await laptops.put(path, { json: ibm, headers: { 'If-Match': header } }),
      'precondition-failed',
    );
  }
});
ifMatch('applies to DELETE', async () => {
  const { path, tag } = await addLaptop();
  assertProblem(await laptops.delete(path, { headers: { 'If-Match': '"0"' } }), 'precondition-failed');
  assert.is((await laptops.get(path)).status, 200);
  assert.is((await laptops.delete(path, { headers: { 'If-Match': tag } })).status, 204);
  assert.is((await laptops.get(path)).status, 404);
  assertProblem(await laptops.delete(path, { headers: { 'If-Match': '*' } }), 'precondition-failed');
});
ifMatch('accepts exactly one of 20 concurrent changes with the same ETag', async () => {
  const { path, tag, subject } = await addLaptop();
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      laptops.put(path, { json: { title: `T${index}`, model: 'M' }, headers: { 'If-Match': tag } }),
    ),
  );
  const statuses = responses.map(({ status }) => status).toSorted((a, b) => a - b);
  assert.equal(statuses, [200, ...Array.from({ length: 19 }, () => 412)]);
  assert.is(await countMessages(subject), 2);
});
ifMatch('is rejected with 400 if it is malformed', async () => {
  const { path, subject } = await addLaptop();
  for (const header of ['1', '"1', 'x"1"', '*, "1"']) {
    assertProblem(
      await laptops.put(path, { json: ibm, headers: { 'If-Match': header } }),
      'malformed',
      /If-Match/,
    );
  }
  assert.is(await countMessages(subject), 1);
});
ifMatch('applies to ports', async () => {
  const { headers } = await ports.post('/port', { json: { id: 1, name: 'USB-C' } });
  const stale = { 'If-Match': headers.get('ETag') ?? '' };
  assert.is((await ports.put('/port/1', { json: { name: 'MagSafe 3' }, headers: stale })).status, 200);
  assertProblem(await ports.delete('/port/1', { headers: stale }), 'precondition-failed');
});
ifMatch('applies to GET and HEAD', async () => {
  const { path, tag } = await addLaptop();
  for (const method of ['get', 'head'] as const) {
    assert.is((await laptops[method](path, { headers: { 'If-Match': tag } })).status, 200);
    assert.is((await laptops[method](path, { headers: { 'If-Match': '"0"' } })).status, 412);
  }
  const both = { 'If-Match': '"0"', 'If-None-Match': tag };
  assertProblem(await laptops.get(path, { headers: both }), 'precondition-failed', /If-Match requires "0"/);
});
ifMatch.run();

const unless = suite('If-None-Match of a write');

unless('* never overwrites or removes an existing laptop', async () => {
  const { path, subject, tag } = await addLaptop();
  for (const header of ['*', tag, `W/${tag}`, `"0", W/${tag}`]) {
    const headers = { 'If-None-Match': header };
    assertProblem(await laptops.put(path, { json: ibm, headers }), 'precondition-failed', /If-None-Match/);
    assertProblem(await laptops.delete(path, { headers }), 'precondition-failed', /If-None-Match/);
  }
  assert.is(await countMessages(subject), 1);
});
unless('is met by another version', async () => {
  const { path } = await addLaptop();
  assert.is(
    (await laptops.put(path, { json: ibm, headers: { 'If-None-Match': '"0", W/"1x"' } })).status,
    200,
  );
});
unless('is met by an entity that does not exist, so that the write is decided', async () => {
  const headers = { 'If-None-Match': '*' };
  assertProblem(await laptops.put('/laptops/987654', { json: ibm, headers }), 'not-found');
  assert.is((await laptops.delete('/laptops/987654', { headers })).status, 204);
});
unless('* of a POST refers to the entity that it adds', async () => {
  lastId += 1;
  const create = (json: object, headers: Record<string, string>) =>
    laptops.post('/laptops', { json: { ...lenovo, ...json }, headers });
  const only = { 'If-None-Match': '*' };
  assert.is((await create({ id: lastId }, only)).status, 201);
  assertProblem(await create({ id: lastId }, only), 'precondition-failed', /exists/);
  assertProblem(await create({ id: lastId }, { 'If-None-Match': '"0"' }), 'conflict');
  assert.is((await create({}, only)).status, 201);
  for (const json of [{}, { id: lastId + 1 }]) {
    for (const tag of ['*', '"1"'])
      assertProblem(await create(json, { 'If-Match': tag }), 'precondition-failed', /does not exist/);
  }
  assert.is(await countMessages(`laptops.events.${lastId}`), 1);
});
unless('does not prevent a repetition with the same Idempotency-Key', async () => {
  lastId += 1;
  const request = {
    json: { id: lastId, ...lenovo },
    headers: { 'If-None-Match': '*', 'Idempotency-Key': `"only-${lastId}"` },
  };
  const first = await laptops.post('/laptops', request);
  const again = await laptops.post('/laptops', request);
  assert.equal([again.status, again.text], [201, first.text]);
});
unless('* lets exactly one of 20 concurrent writers add a laptop, over two replicas', async () => {
  lastId += 1;
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? laptops : other).post('/laptops', {
        json: { id: lastId, ...lenovo, model: `M${index}` },
        headers: { 'If-None-Match': '*' },
      }),
    ),
  );
  const statuses = responses.map(({ status }) => status).toSorted((a, b) => a - b);
  assert.equal(statuses, [201, ...Array.from({ length: 19 }, () => 412)]);
});
unless('of a port in a laptop refers to that port if it is *, and to the laptop if it is a tag', async () => {
  const { path, subject, tag } = await addLaptop();
  await ports.post('/ports', { json: { id: 77, name: 'USB-C' } });
  const latest = { 'Wait-For-Position': 'latest' };
  await laptops.get(path, { headers: latest });
  const port = `${path}/ports/77`;
  const send = (method: 'put' | 'delete', headers: Record<string, string>) =>
    laptops[method](port, { headers });
  assertProblem(await send('put', { 'If-Match': '*' }), 'precondition-failed', /77 in ports of laptop/);
  assertProblem(await send('put', { 'If-None-Match': tag }), 'precondition-failed', /is at version/);
  assert.is((await send('put', { 'If-None-Match': '*' })).status, 204);
  assertProblem(await send('put', { 'If-None-Match': '*' }), 'precondition-failed', /77 in ports .* exists/);
  assertProblem(await send('delete', { 'If-None-Match': '*' }), 'precondition-failed');
  assertProblem(await send('delete', { 'If-Match': tag }), 'precondition-failed');
  assert.is(await countMessages(subject), 2);
  assert.is((await send('delete', { 'If-Match': '*' })).status, 204);
});
unless('is rejected with 400 if it is malformed, with the accepted form', async () => {
  const { path, subject } = await addLaptop();
  for (const header of ['1', '"1', 'w/"1"', '*, "1"', '*,*', '""x', '"a" "b"']) {
    const headers = { 'If-None-Match': header };
    for (const response of [
      await laptops.put(path, { json: ibm, headers }),
      await laptops.delete(path, { headers }),
      await laptops.put(`${path}/ports/77`, { headers }),
      await laptops.post('/laptops', { json: lenovo, headers }),
    ])
      assertProblem(response, 'malformed', /If-None-Match must be \* \(alone\), or a list of entity tags/);
  }
  assert.is(await countMessages(subject), 1);
});
unless('is documented, like If-Match, for every operation that changes something', async () => {
  for (const service of [laptops, ports]) {
    const { paths } = OpenApi.parse((await service.get('/openapi.json')).body);
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { parameters, responses }] of Object.entries(operations)) {
        if (method === 'get') continue;
        const names = parameters.map(({ name }) => name);
        assert.ok(names.includes('If-Match') && names.includes('If-None-Match'), `${method} ${path}`);
        assert.ok('412' in responses, `${method} ${path}`);
      }
    }
  }
});
unless.run();

const ifNoneMatch = suite('If-None-Match of a read');

ifNoneMatch('returns 304 with the ETag and no body while the laptop is unchanged', async () => {
  const { path, tag } = await addLaptop();
  for (const header of [tag, `W/${tag}`, `"0", ${tag}`, '*']) {
    const { status, headers, text } = await laptops.get(path, { headers: { 'If-None-Match': header } });
    assert.equal([status, text, headers.get('ETag')], [304, '', tag], header);
  }
});
ifNoneMatch('returns 200 with the new body after a change', async () => {
  const { path, tag } = await addLaptop();
  await laptops.put(path, { json: ibm });
  const { status, headers, body } = await laptops.get(path, { headers: { 'If-None-Match': tag } });
  assert.is(status, 200);
  assert.equal(body, { id: lastId, ...ibm, ports: [] });
  assert.is.not(headers.get('ETag'), tag);
});
ifNoneMatch('returns 404 after a removal', async () => {
  const { path, tag } = await addLaptop();
  await laptops.delete(path);
  for (const header of [tag, '*']) {
    assertProblem(await laptops.get(path, { headers: { 'If-None-Match': header } }), 'not-found');
  }
});
ifNoneMatch('applies to HEAD', async () => {
  const { path, tag } = await addLaptop();
  assert.is((await laptops.head(path, { headers: { 'If-None-Match': tag } })).status, 304);
  assert.is((await laptops.head(path, { headers: { 'If-None-Match': '"0"' } })).status, 200);
});
ifNoneMatch('is rejected with 400 if it is malformed', async () => {
  const { path } = await addLaptop();
  assertProblem(await laptops.get(path, { headers: { 'If-None-Match': '1' } }), 'malformed', /If-None-Match/);
});
ifNoneMatch.after(close);
ifNoneMatch.run();
