/** Replicas know nothing of each other; that they agree all the same comes from the log alone. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { assertProblem, positionOf, type HttpResponse } from '../support/http/http.ts';
import { startDelayingProxy } from '../support/broker/delaying-proxy.ts';
import { startTestSystem, type Replica } from '../support/process/system.ts';

const { broker, connection, start, countMessages, close } = await startTestSystem();
const lag = await startDelayingProxy(broker.url, 20);
const [one, two, three, late] = await Promise.all([
  start('laptops'),
  start('laptops'),
  start('laptops'),
  start('laptops', { natsUrl: lag.url }),
]);
const replicas = [one, two, three] as const;

const latest = { headers: { 'Wait-For-Position': 'latest' } };

function replicaAt(index: number): Replica {
  return replicas[index % 3] ?? one;
}

/** Calls `task` with 0, 1, … below `count`, `concurrency` of them at a time. */
async function inParallel(count: number, concurrency: number, task: (index: number) => Promise<void>) {
  let next = 0;
  const work = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

/** The events that the log holds of a laptop, as its history tells them, each with the position that it landed at. */
async function readEvents(id: number): Promise<Map<number, unknown>> {
  const { status, body } = await one.get(`/laptops/${id}/events?limit=10000`, latest);
  assert.is(status, 200);
  assert.ok(Array.isArray(body));
  return new Map(body.map((entry: { position: number; event: unknown }) => [entry.position, entry.event]));
}

/** What a replica shows of everything, once it has seen all. */
async function showAll({ get }: Replica) {
  const list = await get('/laptops?limit=10000', latest);
  assert.is(list.status, 200);
  assert.ok(Array.isArray(list.body));
  const ids = list.body.map(({ id }: { id: number }) => id);
  const tags: unknown[] = [];
  await inParallel(ids.length, 16, async (index) => {
    tags[index] = (await get(`/laptops/${ids[index]}`)).headers.get('ETag');
  });
  return { list: list.body, tags, rejections: (await get('/laptops/rejections')).body };
}

const agreeing = suite('replicas agree on everything');

agreeing('whoever of them was written to, and whatever was published past them', async () => {
  const statuses = new Set<number>();
  await inParallel(600, 24, async (index) => {
    const { delete: remove, post, put } = replicaAt(index);
    const id = ((index * 7) % 60) + 1;
    const laptop = { title: `T${index}`, model: `M${index % 5}` };
    const answers: readonly (() => Promise<HttpResponse>)[] = [
      () => post('/laptops', { json: { id, ...laptop } }),
      () => put(`/laptops/${id}`, { json: laptop }),
      () => put(`/laptops/${id}`, { json: laptop }),
      () => (index % 3 === 0 ? remove(`/laptops/${id}`) : post('/laptops', { json: laptop })),
    ];
    const answer = await answers[index % 4]?.();
    assert.ok(answer);
    statuses.add(answer.status);
    if (index % 10 === 0) connection.nc.publish(`laptops.events.${id}`, `bad ${index}`);
    if (index % 10 === 5) connection.nc.publish(`laptops.events.${id}`, '{"type":"LaptopRemoved"}');
  });
  for (const status of statuses) assert.ok([200, 201, 204, 404, 409].includes(status), String(status));
  assert.ok(statuses.size >= 3);
  // What was published is stored in its turn, so behind it comes what is written now.
  await connection.nc.flush();
  assert.is((await one.post('/laptops', { json: { title: 'last', model: 'M' } })).status, 201);
  const [first, second, third] = await Promise.all(replicas.map(showAll));
  assert.ok(first && first.list.length > 100 && first.tags.length === first.list.length);
  assert.ok(Array.isArray(first.rejections) && first.rejections.length >= 60);
  assert.equal(second, first);
  assert.equal(third, first);
});
agreeing('also one that lags, and one that comes later', async () => {
  const newcomer = await start('laptops');
  const expected = await showAll(one);
  assert.equal(await showAll(late), expected);
  assert.equal(await showAll(newcomer), expected);
  await newcomer.stop();
});
agreeing.run();

const reading = suite('a write through one replica is read through another');

reading('that waits for its position', async () => {
  for (let index = 0; index < 60; index++) {
    const id = 1000 + index;
    const added = await replicaAt(index).post('/laptops', { json: { id, title: 'Lenovo', model: 'S3' } });
    assert.is(added.status, 201);
    const shown = await replicaAt(index + 1).get(`/laptops/${id}`, {
      headers: { 'Wait-For-Position': String(positionOf(added)) },
    });
    assert.is(shown.text, added.text);
    assert.is(shown.headers.get('ETag'), added.headers.get('ETag'));
  }
});
reading('and is changed through a third one, without a wait', async () => {
  for (let index = 0; index < 60; index++) {
    const changed = await replicaAt(index + 2).put(`/laptops/${1000 + index}`, {
      json: { title: 'IBM', model: 'T60' },
    });
    assert.is(changed.status, 200);
  }
});
reading.run();

const racing = suite('replicas that race lose no write');

racing('every 200 of a change is in the log, where it says, and nothing else is', async () => {
  const id = 2000;
  await one.post('/laptops', { json: { id, title: 'first', model: 'M' } });
  const landed = new Map<number, string>();
  let refused = 0;
  await inParallel(300, 6, async (index) => {
    const title = `T${index}`;
    const answer = await replicaAt(index).put(`/laptops/${id}`, { json: { title, model: 'M' } });
    if (answer.status === 200) {
      assert.equal(answer.body, { id, title, model: 'M', ports: [] });
      assert.is(answer.headers.get('ETag'), `"${positionOf(answer)}"`);
      landed.set(positionOf(answer), title);
    } else {
      // Others won every attempt.
      assertProblem(answer, 'conflict');
      refused += 1;
    }
  });
  assert.is(landed.size + refused, 300);
  assert.ok(landed.size >= 100, `only ${landed.size} of 300 came through`);
  const [[, added] = [], ...revised] = await readEvents(id);
  assert.equal(added, { type: 'LaptopAdded', title: 'first', model: 'M' });
  const inOrder = [...landed].toSorted(([a], [b]) => a - b);
  assert.equal(
    revised,
    inOrder.map(([position, title]) => [position, { type: 'LaptopRevised', title }]),
  );
  for (const { get } of replicas) {
    const { body } = await get(`/laptops/${id}`, latest);
    assert.equal(body, { id, title: inOrder.at(-1)?.[1], model: 'M', ports: [] });
  }
});
racing('of many who add the same laptop, exactly one does', async () => {
  for (let round = 0; round < 10; round++) {
    const id = 2001 + round;
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        replicaAt(index).post('/laptops', { json: { id, title: `T${index}`, model: 'M' } }),
      ),
    );
    const winners = answers.filter(({ status }) => status === 201);
    assert.is(winners.length, 1);
    for (const answer of answers) if (answer.status !== 201) assertProblem(answer, 'conflict');
    assert.is(await countMessages(`laptops.events.${id}`), 1);
    assert.equal((await one.get(`/laptops/${id}`, latest)).body, winners[0]?.body);
  }
});
racing('of many who remove it, all are right, and it is removed once', async () => {
  for (let round = 0; round < 10; round++) {
    const id = 2001 + round;
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => replicaAt(index).delete(`/laptops/${id}`)),
    );
    assert.ok(answers.every(({ status }) => status === 204));
    assert.is(await countMessages(`laptops.events.${id}`), 2);
  }
});
racing.run();

const lagging = suite('a decision never rests on what a replica has not seen yet');
const json = { title: 'Lenovo', model: 'S3' };

lagging('there is a replica that is late', async () => {
  let id = 2900;
  await eventually(async () => {
    id += 1;
    assert.is((await one.post('/laptops', { json: { id, ...json } })).status, 201);
    assert.is((await late.get(`/laptops/${id}`)).status, 404);
  });
});
lagging('DELETE right after a POST through another replica really removes', async () => {
  for (let round = 0; round < 50; round++) {
    const [id, path] = [3000 + round, `/laptops/${3000 + round}`];
    assert.is((await one.post('/laptops', { json: { id, ...json } })).status, 201);
    assert.is((await late.delete(path)).status, 204);
    assertProblem(await one.get(path, latest), 'not-found');
    assert.is(await countMessages(`laptops.events.${id}`), 2);
  }
});
lagging('PUT right after a POST finds the laptop, also when it asks for what it was before', async () => {
  for (let round = 0; round < 10; round++) {
    const [id, path] = [4000 + round, `/laptops/${4000 + round}`];
    assert.is((await one.post('/laptops', { json: { id, ...json } })).status, 201);
    assert.is((await late.put(path, { json: { title: 'IBM', model: 'T60' } })).status, 200);
    assert.is((await one.put(path, { json: { title: 'Apple', model: 'M3' } })).status, 200);
    // The late replica still takes it for an IBM, which would make this a change to what it is already.
    assert.is((await late.put(path, { json: { title: 'IBM', model: 'T60' } })).status, 200);
    assert.equal((await one.get(path, latest)).body, { id, title: 'IBM', model: 'T60', ports: [] });
    assert.is(await countMessages(`laptops.events.${id}`), 4);
  }
});
lagging('POST right after a DELETE finds the place free', async () => {
  for (let round = 0; round < 10; round++) {
    const [id, path] = [4000 + round, `/laptops/${4000 + round}`];
    assert.is((await one.delete(path)).status, 204);
    assert.is((await late.post('/laptops', { json: { id, ...json } })).status, 201);
    assertProblem(await one.post('/laptops', { json: { id, ...json } }), 'conflict');
  }
});
lagging('a tag from another replica is up to date, and the one before it is stale', async () => {
  const path = '/laptops/2901';
  for (let round = 0; round < 10; round++) {
    const before = (await one.get(path, latest)).headers.get('ETag') ?? '';
    const changed = await one.put(path, { json: { title: `T${round}`, model: 'M' } });
    const tag = changed.headers.get('ETag') ?? '';
    const put = (condition: string) =>
      late.put(path, { json: { title: `U${round}`, model: 'M' }, headers: { 'If-Match': condition } });
    assertProblem(await put(before), 'precondition-failed');
    assert.is((await put(tag)).status, 200);
  }
});
lagging.after(async () => {
  await late.stop();
  await lag.close();
  await close();
});
lagging.run();
