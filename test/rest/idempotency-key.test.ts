/** A client that got no answer sends its request again; with an Idempotency-Key it is carried out once all the same. */

import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertProblem, positionOf, type HttpResponse } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, countMessages, close } = await startTestSystem();
const [one, two, ports] = await Promise.all([start('laptops'), start('laptops'), start('ports')]);

const lenovo = { title: 'Lenovo', model: 'S3' };
const ibm = { title: 'IBM', model: 'T60' };
let lastId = 0;

function nextLaptop() {
  lastId += 1;
  return { id: lastId, path: `/laptops/${lastId}`, subject: `laptops.events.${lastId}` };
}

const withKey = (key: string) => ({ headers: { 'Idempotency-Key': key } });

/** All by which a client tells two answers apart. */
function essenceOf({ status, headers, text }: HttpResponse) {
  const names = ['Location', 'ETag', 'Stream-Position', 'Content-Type'];
  return { status, text, headers: names.map((name) => headers.get(name)) };
}

const repeating = suite('the same request under the same key gives the same answer once');

repeating('POST', async () => {
  const { id, subject } = nextLaptop();
  const request = { json: { id, ...lenovo }, ...withKey(randomUUID()) };
  const first = await one.post('/laptops', request);
  assert.is(first.status, 201);
  assert.equal(essenceOf(await one.post('/laptops', request)), essenceOf(first));
  assert.is(await countMessages(subject), 1);
});
repeating('POST without an id makes only one', async () => {
  const before = await countMessages('laptops.events.*');
  const request = { json: lenovo, ...withKey(randomUUID()) };
  const first = await one.post('/laptops', request);
  assert.is(first.status, 201);
  assert.equal(essenceOf(await one.post('/laptops', request)), essenceOf(first));
  assert.is(await countMessages('laptops.events.*'), before + 1);
});
repeating('PUT, also when others have changed the laptop since, and their change stays', async () => {
  const { id, path, subject } = nextLaptop();
  await one.post('/laptops', { json: { id, ...lenovo } });
  const request = { json: ibm, ...withKey(randomUUID()) };
  const first = await one.put(path, request);
  assert.is(first.status, 200);
  await one.put(path, { json: { title: 'Apple', model: 'M3' } });
  assert.equal(essenceOf(await one.put(path, request)), essenceOf(first));
  assert.equal((await one.get(path)).body, { id, title: 'Apple', model: 'M3', ports: [] });
  assert.is(await countMessages(subject), 3);
});
repeating('DELETE, also when it was added again since, and what was added stays', async () => {
  const { id, path, subject } = nextLaptop();
  await one.post('/laptops', { json: { id, ...lenovo } });
  const request = withKey(randomUUID());
  const first = await one.delete(path, request);
  assert.is(first.status, 204);
  await one.post('/laptops', { json: { id, ...ibm } });
  assert.equal(essenceOf(await one.delete(path, request)), essenceOf(first));
  assert.is((await one.get(path)).status, 200);
  assert.is(await countMessages(subject), 3);
});
repeating('with If-Match, although the tag is stale by then', async () => {
  const { id, path } = nextLaptop();
  const { headers } = await one.post('/laptops', { json: { id, ...lenovo } });
  const request = {
    json: ibm,
    headers: { 'Idempotency-Key': randomUUID(), 'If-Match': headers.get('ETag') ?? '' },
  };
  const first = await one.put(path, request);
  assert.is(first.status, 200);
  assert.equal(essenceOf(await one.put(path, request)), essenceOf(first));
});
repeating('a quoted key is the same as a bare one', async () => {
  const { id, subject } = nextLaptop();
  const key = randomUUID();
  const first = await one.post('/laptops', { json: { id, ...lenovo }, ...withKey(key) });
  const second = await one.post('/laptops', { json: { id, ...lenovo }, ...withKey(`"${key}"`) });
  assert.equal(essenceOf(second), essenceOf(first));
  assert.is(await countMessages(subject), 1);
});
repeating('members in another order are the same body', async () => {
  const { id, subject } = nextLaptop();
  const key = withKey(randomUUID());
  const first = await one.post('/laptops', { json: { id, title: 'Lenovo', model: 'S3' }, ...key });
  const second = await one.post('/laptops', { json: { model: 'S3', title: ' Lenovo ', id }, ...key });
  assert.equal(essenceOf(second), essenceOf(first));
  assert.is(await countMessages(subject), 1);
});
repeating('what appended nothing is not remembered: sent again, it is decided again', async () => {
  const { id, path } = nextLaptop();
  const request = { json: ibm, ...withKey(randomUUID()) };
  assertProblem(await one.put(path, request), 'not-found');
  await one.post('/laptops', { json: { id, ...lenovo } });
  assert.is((await one.put(path, request)).status, 200);
});
repeating.run();

const elsewhere = suite('the same answer comes from wherever the request is sent again');

for (const [what, given] of [
  ['with an id', true],
  ['without an id', false],
] as const) {
  elsewhere(`another replica, POST ${what}`, async () => {
    const { id } = nextLaptop();
    const request = { json: { ...(given && { id }), ...lenovo }, ...withKey(randomUUID()) };
    const first = await one.post('/laptops', request);
    assert.is(first.status, 201);
    assert.equal(essenceOf(await two.post('/laptops', request)), essenceOf(first));
  });
  elsewhere(`two replicas at once, many times, POST ${what}`, async () => {
    const { id } = nextLaptop();
    const before = await countMessages('laptops.events.*');
    const request = { json: { ...(given && { id }), ...lenovo }, ...withKey(randomUUID()) };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : two).post('/laptops', request)),
    );
    const [first, ...others] = answers.map(essenceOf);
    assert.is(first?.status, 201);
    for (const other of others) assert.equal(other, first);
    assert.is(await countMessages('laptops.events.*'), before + 1);
  });
}
elsewhere('PUT and DELETE through another replica', async () => {
  const { id, path, subject } = nextLaptop();
  await one.post('/laptops', { json: { id, ...lenovo } });
  const change = { json: ibm, ...withKey(randomUUID()) };
  const removal = withKey(randomUUID());
  const changed = await one.put(path, change);
  assert.equal(essenceOf(await two.put(path, change)), essenceOf(changed));
  const removed = await one.delete(path, removal);
  assert.equal(essenceOf(await two.delete(path, removal)), essenceOf(removed));
  assert.equal(essenceOf(await two.put(path, change)), essenceOf(changed));
  assert.is(await countMessages(subject), 3);
});
elsewhere('a replica that was killed and started again', async () => {
  const doomed = await start('laptops');
  const { id, path, subject } = nextLaptop();
  const addition = { json: { id, ...lenovo }, ...withKey(randomUUID()) };
  const unnamed = { json: lenovo, ...withKey(randomUUID()) };
  const added = await doomed.post('/laptops', addition);
  const made = await doomed.post('/laptops', unnamed);
  assert.equal([added.status, made.status], [201, 201]);
  await doomed.put(path, { json: ibm });
  await doomed.stop('SIGKILL');
  const restarted = await start('laptops');
  assert.equal(essenceOf(await restarted.post('/laptops', addition)), essenceOf(added));
  assert.equal(essenceOf(await restarted.post('/laptops', unnamed)), essenceOf(made));
  assert.is(await countMessages(subject), 2);
  await restarted.stop();
});
elsewhere.run();

const misusing = suite('a key that was used for something else is refused, and nothing happens');

misusing('another body, id, method or laptop, through both replicas', async () => {
  const { id, path, subject } = nextLaptop();
  const other = nextLaptop();
  const key = withKey(randomUUID());
  const added = await one.post('/laptops', { json: { id, ...lenovo }, ...key });
  const seen = { headers: { ...key.headers, 'Wait-For-Position': String(positionOf(added)) } };
  for (const replica of [one, two]) {
    for (const answer of [
      await replica.post('/laptops', { json: { id, ...ibm }, ...seen }),
      await replica.post('/laptops', { json: { id: other.id, ...lenovo }, ...seen }),
      await replica.post('/laptops', { json: lenovo, ...seen }),
      await replica.put(path, { json: ibm, ...seen }),
      await replica.put(path, { json: lenovo, ...seen }),
      await replica.delete(path, seen),
      await replica.delete(other.path, seen),
    ]) {
      assertProblem(answer, 'invalid', /already used/);
    }
  }
  assert.is(await countMessages(subject), 1);
  assert.is(await countMessages(other.subject), 0);
});
misusing('the two services do not share their keys', async () => {
  const { id } = nextLaptop();
  const key = withKey(randomUUID());
  assert.is((await one.post('/laptops', { json: { id, ...lenovo }, ...key })).status, 201);
  assert.is((await ports.post('/ports', { json: { id, name: 'USB-C' }, ...key })).status, 201);
});
for (const key of ['a b', '"a b"', '""', '"', 'a"b', 'x'.repeat(256), 'é']) {
  misusing(`${key.length > 20 ? 'a key of 256 characters' : key} is malformed`, async () => {
    const { id, subject } = nextLaptop();
    const answer = await one.post('/laptops', { json: { id, ...lenovo }, ...withKey(key) });
    assertProblem(answer, 'malformed', /Idempotency-Key/);
    assert.is(await countMessages(subject), 0);
  });
}
misusing('a key of 255 characters is accepted', async () => {
  const { id } = nextLaptop();
  const request = { json: { id, ...lenovo }, ...withKey('x'.repeat(255)) };
  const first = await one.post('/laptops', request);
  assert.is(first.status, 201);
  assert.equal(essenceOf(await two.post('/laptops', request)), essenceOf(first));
});
misusing.after(close);
misusing.run();
