import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertProblem } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, countMessages, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);

const lenovo = { title: 'Lenovo', model: 'S3' };
const ibm = { title: 'IBM', model: 'T60' };
let lastId = 0;

/** Adds a laptop of the test's own; gives its path and its tag. */
async function addLaptop() {
  lastId += 1;
  const { status, headers } = await laptops.post('/laptops', { json: { id: lastId, ...lenovo } });
  assert.is(status, 201);
  return { path: `/laptops/${lastId}`, subject: `laptops.events.${lastId}`, tag: headers.get('ETag') ?? '' };
}

const changing = suite('If-Match lets a change through only when the laptop is as the client saw it');

changing('the current tag lets it through, once', async () => {
  const { path, tag, subject } = await addLaptop();
  const headers = { 'If-Match': tag };
  assert.is((await laptops.put(path, { json: ibm, headers })).status, 200);
  assertProblem(await laptops.put(path, { json: lenovo, headers }), 'precondition-failed', /is at version/);
  assert.is(await countMessages(subject), 2);
  assert.is((await laptops.get(path)).text, JSON.stringify({ id: lastId, ...ibm, ports: [] }));
});
changing('so does one of several, and a star', async () => {
  const { path, tag } = await addLaptop();
  assert.is((await laptops.put(path, { json: ibm, headers: { 'If-Match': `"0", ${tag}` } })).status, 200);
  assert.is((await laptops.put(path, { json: lenovo, headers: { 'If-Match': '*' } })).status, 200);
});
changing('a weak tag does not, nor one of another laptop', async () => {
  const other = await addLaptop();
  const { path, tag, subject } = await addLaptop();
  for (const wrong of [`W/${tag}`, other.tag, '"0"']) {
    const answer = await laptops.put(path, { json: ibm, headers: { 'If-Match': wrong } });
    assertProblem(answer, 'precondition-failed');
  }
  assert.is(await countMessages(subject), 1);
});
changing('also when the change would change nothing', async () => {
  const { path } = await addLaptop();
  const answer = await laptops.put(path, { json: lenovo, headers: { 'If-Match': '"0"' } });
  assertProblem(answer, 'precondition-failed');
});
changing('nothing matches a laptop that is not there', async () => {
  const { path, tag } = await addLaptop();
  await laptops.delete(path);
  for (const header of ['*', tag]) {
    assertProblem(
      await laptops.put(path, { json: ibm, headers: { 'If-Match': header } }),
      'precondition-failed',
    );
  }
});
changing('a removal obeys it too', async () => {
  const { path, tag } = await addLaptop();
  assertProblem(await laptops.delete(path, { headers: { 'If-Match': '"0"' } }), 'precondition-failed');
  assert.is((await laptops.get(path)).status, 200);
  assert.is((await laptops.delete(path, { headers: { 'If-Match': tag } })).status, 204);
  assert.is((await laptops.get(path)).status, 404);
  assertProblem(await laptops.delete(path, { headers: { 'If-Match': '*' } }), 'precondition-failed');
});
changing('of many who saw the same, exactly one comes through', async () => {
  const { path, tag, subject } = await addLaptop();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      laptops.put(path, { json: { title: `T${index}`, model: 'M' }, headers: { 'If-Match': tag } }),
    ),
  );
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  assert.equal(statuses, [200, ...Array.from({ length: 19 }, () => 412)]);
  assert.is(await countMessages(subject), 2);
});
changing('what is no tag is malformed', async () => {
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
changing('ports obey it as well', async () => {
  const { headers } = await ports.post('/port', { json: { id: 1, name: 'USB-C' } });
  const stale = { 'If-Match': headers.get('ETag') ?? '' };
  assert.is((await ports.put('/port/1', { json: { name: 'MagSafe 3' }, headers: stale })).status, 200);
  assertProblem(await ports.delete('/port/1', { headers: stale }), 'precondition-failed');
});
changing.run();

const reading = suite('If-None-Match saves the body that the client has already');

reading('304 with the tag and no body while the laptop is the same', async () => {
  const { path, tag } = await addLaptop();
  for (const header of [tag, `W/${tag}`, `"0", ${tag}`, '*']) {
    const { status, headers, text } = await laptops.get(path, { headers: { 'If-None-Match': header } });
    assert.equal([status, text, headers.get('ETag')], [304, '', tag], header);
  }
});
reading('200 with the new body once it is another', async () => {
  const { path, tag } = await addLaptop();
  await laptops.put(path, { json: ibm });
  const { status, headers, body } = await laptops.get(path, { headers: { 'If-None-Match': tag } });
  assert.is(status, 200);
  assert.equal(body, { id: lastId, ...ibm, ports: [] });
  assert.is.not(headers.get('ETag'), tag);
});
reading('404 once it is gone', async () => {
  const { path, tag } = await addLaptop();
  await laptops.delete(path);
  for (const header of [tag, '*']) {
    assertProblem(await laptops.get(path, { headers: { 'If-None-Match': header } }), 'not-found');
  }
});
reading('HEAD obeys it too', async () => {
  const { path, tag } = await addLaptop();
  assert.is((await laptops.head(path, { headers: { 'If-None-Match': tag } })).status, 304);
  assert.is((await laptops.head(path, { headers: { 'If-None-Match': '"0"' } })).status, 200);
});
reading('what is no tag is malformed', async () => {
  const { path } = await addLaptop();
  assertProblem(await laptops.get(path, { headers: { 'If-None-Match': '1' } }), 'malformed', /If-None-Match/);
});
reading.after(close);
reading.run();
