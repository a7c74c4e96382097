/** A client that receives no response repeats its request. With an Idempotency-Key, the request is executed once. */

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

/** The parts of a response that must be equal when a request is repeated. */
function comparableParts({ status, headers, text }: HttpResponse) {
  const names = ['Location', 'ETag', 'Stream-Position', 'Content-Type'];
  return { status, text, headers: names.map((name) => headers.get(name)) };
}

const repeats = suite('a request repeated with the same key');

repeats('returns the original response to a POST', async () => {
  const { id, subject } = nextLaptop();
  const request = { json: { id, ...lenovo }, ...withKey(randomUUID()) };
  const first = await one.post('/laptops', request);
  assert.is(first.status, 201);
  assert.equal(comparableParts(await one.post('/laptops', request)), comparableParts(first));
  assert.is(await countMessages(subject), 1);
});
repeats('creates one laptop from a POST without an id', async () => {
  const before = await countMessages('laptops.events.*');
  const request = { json: lenovo, ...withKey(randomUUID()) };
  const first = await one.post('/laptops', request);
  assert.is(first.status, 201);
  assert.equal(comparableParts(await one.post('/laptops', request)), comparableParts(first));
  assert.is(await countMessages('laptops.events.*'), before + 1);
});
repeats('returns the original response to a PUT and does not undo a later change', async () => {
  const { id, path, subject } = nextLaptop();
  await one.post('/laptops', { json: { id, ...lenovo } });
  const request = { json: ibm, ...withKey(randomUUID()) };
  const first = await one.put(path, request);
  assert.is(first.status, 200);
  await one.put(path, { json: { title: 'Apple', model: 'M3' } });
  assert.equal(comparableParts(await one.put(path, request)), comparableParts(first));
  assert.equal((await one.get(path)).body, { id, title: 'Apple', model: 'M3', ports: [] });
  assert.is(await countMessages(subject), 3);
});
repeats(
  'returns the original response to a DELETE and does not remove a laptop that was added again',
  async () => {
    const { id, path, subject } = nextLaptop();
    await one.post('/laptops', { json: { id, ...lenovo } });
    const request = withKey(randomUUID());
    const first = await one.delete(path, request);
    assert.is(first.status, 204);
    await one.post('/laptops', { json: { id, ...ibm } });
    assert.equal(comparableParts(await one.delete(path, request)), comparableParts(first));
    assert.is((await one.get(path)).status, 200);
    assert.is(await countMessages(subject), 3);
  },
);
repeats('returns the original response even if its If-Match is stale by then', async () => {
  const { id, path } = nextLaptop();
  const { headers } = await one.post('/laptops', { json: { id, ...lenovo } });
  const request = {
    json: ibm,
    headers: { 'Idempotency-Key': randomUUID(), 'If-Match': headers.get('ETag') ?? '' },
  };
  const first = await one.put(path, request);
  assert.is(first.status, 200);
  assert.equal(comparableParts(await one.put(path, request)), comparableParts(first));
});
repeats('may quote the key', async () => {
  const { id, subject } = nextLaptop();
  const key = randomUUID();
  const first = await one.post('/laptops', { json: { id, ...lenovo }, ...withKey(key) });
  const second = await one.post('/laptops', { json: { id, ...lenovo }, ...withKey(`"${key}"`) });
  assert.equal(comparableParts(second), comparableParts(first));
  assert.is(await countMessages(subject), 1);
});
repeats('may list the fields of its body in another order', async () => {
  const { id, subject } = nextLaptop();
  const key = withKey(randomUUID());
  const first = await one.post('/laptops', { json: { id, title: 'Lenovo', model: 'S3' }, ...key });
  const second = await one.post('/laptops', { json: { model: 'S3', title: 'Lenovo', id }, ...key });
  assert.equal(comparableParts(second), comparableParts(first));
  // The key compares what was sent, before the schema trims it.
  const padded = await one.post('/laptops', { json: { id, title: ' Lenovo ', model: 'S3' }, ...key });
  assertProblem(padded, 'invalid');
  assert.is(await countMessages(subject), 1);
});
repeats('is executed again if it appended nothing the first time', async () => {
  const { id, path } = nextLaptop();
  const request = { json: ibm, ...withKey(randomUUID()) };
  assertProblem(await one.put(path, request), 'not-found');
  await one.post('/laptops', { json: { id, ...lenovo } });
  assert.is((await one.put(path, request)).status, 200);
});
repeats(
  'removes a laptop that was added after a DELETE that found nothing, but not with If-Match',
  async () => {
    const { id, path } = nextLaptop();
    const request = withKey(randomUUID());
    const conditional = { headers: { 'Idempotency-Key': randomUUID(), 'If-Match': '"1"' } };
    assert.is((await one.delete(path, request)).status, 204);
    assertProblem(await one.delete(path, conditional), 'precondition-failed');
    await one.post('/laptops', { json: { id, ...lenovo } });
    assertProblem(await one.delete(path, conditional), 'precondition-failed');
    assert.is((await one.get(path)).status, 200);
    assert.is((await one.delete(path, request)).status, 204);
    assertProblem(await one.get(path), 'not-found');
  },
);
repeats.run();

const otherReplicas = suite('a request repeated through another replica');

for (const [description, hasId] of [
  ['with an id', true],
  ['without an id', false],
] as const) {
  otherReplicas(`returns the original response to a POST ${description}`, async () => {
    const { id } = nextLaptop();
    const request = { json: { ...(hasId && { id }), ...lenovo }, ...withKey(randomUUID()) };
    const first = await one.post('/laptops', request);
    assert.is(first.status, 201);
    assert.equal(comparableParts(await two.post('/laptops', request)), comparableParts(first));
  });
  otherReplicas(
    `is executed once if both replicas receive it ten times at the same time: POST ${description}`,
    async () => {
      const { id } = nextLaptop();
      const before = await countMessages('laptops.events.*');
      const request = { json: { ...(hasId && { id }), ...lenovo }, ...withKey(randomUUID()) };
      const responses = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : two).post('/laptops', request)),
      );
      const [first, ...others] = responses.map(comparableParts);
      assert.is(first?.status, 201);
      for (const other of others) assert.equal(other, first);
      assert.is(await countMessages('laptops.events.*'), before + 1);
    },
  );
}
otherReplicas('returns the original response to PUT and DELETE', async () => {
  const { id, path, subject } = nextLaptop();
  await one.post('/laptops', { json: { id, ...lenovo } });
  const change = { json: ibm, ...withKey(randomUUID()) };
  const removal = withKey(randomUUID());
  const changed = await one.put(path, change);
  assert.equal(comparableParts(await two.put(path, change)), comparableParts(changed));
  const removed = await one.delete(path, removal);
  assert.equal(comparableParts(await two.delete(path, removal)), comparableParts(removed));
  assert.equal(comparableParts(await two.put(path, change)), comparableParts(changed));
  assert.is(await countMessages(subject), 3);
});
otherReplicas('returns the original response after a replica was killed and restarted', async () => {
  const killed = await start('laptops');
  const { id, path, subject } = nextLaptop();
  const addition = { json: { id, ...lenovo }, ...withKey(randomUUID()) };
  const additionWithoutId = { json: lenovo, ...withKey(randomUUID()) };
  const added = await killed.post('/laptops', addition);
  const addedWithoutId = await killed.post('/laptops', additionWithoutId);
  assert.equal([added.status, addedWithoutId.status], [201, 201]);
  await killed.put(path, { json: ibm });
  await killed.stop('SIGKILL');
  const restarted = await start('laptops');
  assert.equal(comparableParts(await restarted.post('/laptops', addition)), comparableParts(added));
  assert.equal(
    comparableParts(await restarted.post('/laptops', additionWithoutId)),
    comparableParts(addedWithoutId),
  );
  assert.is(await countMessages(subject), 2);
  await restarted.stop();
});
otherReplicas.run();

const keys = suite('an Idempotency-Key');

keys('is rejected by both replicas if it is reused for another body, id, method or laptop', async () => {
  const { id, path, subject } = nextLaptop();
  const other = nextLaptop();
  const key = withKey(randomUUID());
  const added = await one.post('/laptops', { json: { id, ...lenovo }, ...key });
  const seen = { headers: { ...key.headers, 'Wait-For-Position': String(positionOf(added)) } };
  for (const replica of [one, two]) {
    for (const response of [
      await replica.post('/laptops', { json: { id, ...ibm }, ...seen }),
      await replica.post('/laptops', { json: { id: other.id, ...lenovo }, ...seen }),
      await replica.post('/laptops', { json: lenovo, ...seen }),
      await replica.put(path, { json: ibm, ...seen }),
      await replica.put(path, { json: lenovo, ...seen }),
      await replica.delete(path, seen),
      await replica.delete(other.path, seen),
    ]) {
      assertProblem(response, 'invalid', /already used/);
    }
  }
  assert.is(await countMessages(subject), 1);
  assert.is(await countMessages(other.subject), 0);
});
keys('may be reused at another service', async () => {
  const { id } = nextLaptop();
  const key = withKey(randomUUID());
  assert.is((await one.post('/laptops', { json: { id, ...lenovo }, ...key })).status, 201);
  assert.is((await ports.post('/ports', { json: { id, name: 'USB-C' }, ...key })).status, 201);
});
for (const key of ['a b', '"a b"', '""', '"', 'a"b', 'x'.repeat(256), 'é']) {
  keys(`is rejected as malformed: ${key.length > 20 ? '256 characters' : key}`, async () => {
    const { id, subject } = nextLaptop();
    const response = await one.post('/laptops', { json: { id, ...lenovo }, ...withKey(key) });
    assertProblem(response, 'malformed', /Idempotency-Key/);
    assert.is(await countMessages(subject), 0);
  });
}
keys('may be 255 characters long', async () => {
  const { id } = nextLaptop();
  const request = { json: { id, ...lenovo }, ...withKey('x'.repeat(255)) };
  const first = await one.post('/laptops', request);
  assert.is(first.status, 201);
  assert.equal(comparableParts(await two.post('/laptops', request)), comparableParts(first));
});
keys.after(close);
keys.run();
