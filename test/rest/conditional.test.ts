import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertProblem } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, countMessages, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);

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
ifMatch.run();

const ifNoneMatch = suite('If-None-Match');

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
