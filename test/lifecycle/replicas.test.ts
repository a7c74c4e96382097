/** Replicas do not communicate with each other; they agree because they read the same event log. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { assertProblem, positionOf, type HttpResponse } from '../support/http/http.ts';
import { startDelayingProxy } from '../support/broker/delaying-proxy.ts';
import { startTestSystem, type Replica } from '../support/process/system.ts';

const { broker, connection, start, countMessages, close } = await startTestSystem();
const delayingProxy = await startDelayingProxy(broker.url, 20);
const [one, two, three, laggingReplica] = await Promise.all([
  start('laptops'),
  start('laptops'),
  start('laptops'),
  start('laptops', { natsUrl: delayingProxy.url }),
]);
const replicas = [one, two, three] as const;

const latest = { headers: { 'Wait-For-Position': 'latest' } };

function replicaAt(index: number): Replica {
  return replicas[index % 3] ?? one;
}

/** Calls `task` with 0 to `count` - 1, with at most `concurrency` calls in progress. */
async function inParallel(count: number, concurrency: number, task: (index: number) => Promise<void>) {
  let next = 0;
  const work = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

/** Returns the events of a laptop by position, from its history. */
async function readEvents(id: number): Promise<Map<number, unknown>> {
  const { status, body } = await one.get(`/laptops/${id}/events?limit=10000`, latest);
  assert.is(status, 200);
  assert.ok(Array.isArray(body));
  return new Map(body.map((entry: { position: number; event: unknown }) => [entry.position, entry.event]));
}

/** Reads the complete state of a replica once it has caught up. */
async function readAll({ get }: Replica) {
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

const consistency = suite('replicas');

consistency(
  'have the same state after concurrent writes to all of them and directly published messages',
  async () => {
    const statuses = new Set<number>();
    await inParallel(600, 24, async (index) => {
      const { delete: remove, post, put } = replicaAt(index);
      const id = ((index * 7) % 60) + 1;
      const laptop = { title: `T${index}`, model: `M${index % 5}` };
      const requests: readonly (() => Promise<HttpResponse>)[] = [
        () => post('/laptops', { json: { id, ...laptop } }),
        () => put(`/laptops/${id}`, { json: laptop }),
        () => put(`/laptops/${id}`, { json: laptop }),
        () => (index % 3 === 0 ? remove(`/laptops/${id}`) : post('/laptops', { json: laptop })),
      ];
      const response = await requests[index % 4]?.();
      assert.ok(response);
      statuses.add(response.status);
      if (index % 10 === 0) connection.nc.publish(`laptops.events.${id}`, `bad ${index}`);
      if (index % 10 === 5) connection.nc.publish(`laptops.events.${id}`, '{"type":"LaptopRemoved"}');
    });
    for (const status of statuses) assert.ok([200, 201, 204, 404, 409].includes(status), String(status));
    assert.ok(statuses.size >= 3);
    // The broker stores messages in order, so this write comes after every published message.
    await connection.nc.flush();
    assert.is((await one.post('/laptops', { json: { title: 'last', model: 'M' } })).status, 201);
    const [first, second, third] = await Promise.all(replicas.map(readAll));
    assert.ok(first && first.list.length > 100 && first.tags.length === first.list.length);
    assert.ok(Array.isArray(first.rejections) && first.rejections.length >= 60);
    assert.equal(second, first);
    assert.equal(third, first);
  },
);
consistency('have the same state when one lags or starts later', async () => {
  const newcomer = await start('laptops');
  const expected = await readAll(one);
  assert.equal(await readAll(laggingReplica), expected);
  assert.equal(await readAll(newcomer), expected);
  await newcomer.stop();
});
consistency.run();

const visibility = suite('a write through one replica');

visibility('is visible on another replica that waits for its position', async () => {
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
visibility('can be followed by a change through another replica without waiting', async () => {
  for (let index = 0; index < 60; index++) {
    const changed = await replicaAt(index + 2).put(`/laptops/${1000 + index}`, {
      json: { title: 'IBM', model: 'T60' },
    });
    assert.is(changed.status, 200);
  }
});
visibility.run();

const racing = suite('concurrent writes through several replicas');

racing('append exactly one event for each response with status 200, at its position', async () => {
  const id = 2000;
  await one.post('/laptops', { json: { id, title: 'first', model: 'M' } });
  const appended = new Map<number, string>();
  let conflicts = 0;
  await inParallel(300, 6, async (index) => {
    const title = `T${index}`;
    const response = await replicaAt(index).put(`/laptops/${id}`, { json: { title, model: 'M' } });
    if (response.status === 200) {
      assert.equal(response.body, { id, title, model: 'M', ports: [] });
      assert.is(response.headers.get('ETag'), `"${positionOf(response)}"`);
      appended.set(positionOf(response), title);
    } else {
      // Every attempt lost to another writer.
      assertProblem(response, 'conflict');
      conflicts += 1;
    }
  });
  assert.is(appended.size + conflicts, 300);
  assert.ok(appended.size >= 100, `only ${appended.size} of 300 succeeded`);
  const [[, added] = [], ...revised] = await readEvents(id);
  assert.equal(added, { type: 'LaptopAdded', title: 'first', model: 'M' });
  const inOrder = [...appended].toSorted(([a], [b]) => a - b);
  assert.equal(
    revised,
    inOrder.map(([position, title]) => [position, { type: 'LaptopRevised', title }]),
  );
  for (const { get } of replicas) {
    const { body } = await get(`/laptops/${id}`, latest);
    assert.equal(body, { id, title: inOrder.at(-1)?.[1], model: 'M', ports: [] });
  }
});
racing('add the same laptop exactly once; the other requests conflict', async () => {
  for (let round = 0; round < 10; round++) {
    const id = 2001 + round;
    const responses = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        replicaAt(index).post('/laptops', { json: { id, title: `T${index}`, model: 'M' } }),
      ),
    );
    const winners = responses.filter(({ status }) => status === 201);
    assert.is(winners.length, 1);
    for (const response of responses) if (response.status !== 201) assertProblem(response, 'conflict');
    assert.is(await countMessages(`laptops.events.${id}`), 1);
    assert.equal((await one.get(`/laptops/${id}`, latest)).body, winners[0]?.body);
  }
});
racing('remove the same laptop exactly once; every request succeeds', async () => {
  for (let round = 0; round < 10; round++) {
    const id = 2001 + round;
    const responses = await Promise.all(
      Array.from({ length: 12 }, (_, index) => replicaAt(index).delete(`/laptops/${id}`)),
    );
    assert.ok(responses.every(({ status }) => status === 204));
    assert.is(await countMessages(`laptops.events.${id}`), 2);
  }
});
racing.run();

const lagging = suite('a command on a lagging replica');
const json = { title: 'Lenovo', model: 'S3' };

lagging('runs against a view that does not have the latest writes yet', async () => {
  let id = 2900;
  await eventually(async () => {
    id += 1;
    assert.is((await one.post('/laptops', { json: { id, ...json } })).status, 201);
    assert.is((await laggingReplica.get(`/laptops/${id}`)).status, 404);
  });
});
lagging('removes a laptop that was just added through another replica', async () => {
  for (let round = 0; round < 50; round++) {
    const [id, path] = [3000 + round, `/laptops/${3000 + round}`];
    assert.is((await one.post('/laptops', { json: { id, ...json } })).status, 201);
    assert.is((await laggingReplica.delete(path)).status, 204);
    assertProblem(await one.get(path, latest), 'not-found');
    assert.is(await countMessages(`laptops.events.${id}`), 2);
  }
});
lagging(
  'revises a laptop that was just added, even if the stale view already has the new values',
  async () => {
    for (let round = 0; round < 10; round++) {
      const [id, path] = [4000 + round, `/laptops/${4000 + round}`];
      assert.is((await one.post('/laptops', { json: { id, ...json } })).status, 201);
      assert.is((await laggingReplica.put(path, { json: { title: 'IBM', model: 'T60' } })).status, 200);
      assert.is((await one.put(path, { json: { title: 'Apple', model: 'M3' } })).status, 200);
      // The view of the lagging replica still has IBM, so this change would be a no-op there.
      assert.is((await laggingReplica.put(path, { json: { title: 'IBM', model: 'T60' } })).status, 200);
      assert.equal((await one.get(path, latest)).body, { id, title: 'IBM', model: 'T60', ports: [] });
      assert.is(await countMessages(`laptops.events.${id}`), 4);
    }
  },
);
lagging('adds a laptop whose id was just removed through another replica', async () => {
  for (let round = 0; round < 10; round++) {
    const [id, path] = [4000 + round, `/laptops/${4000 + round}`];
    assert.is((await one.delete(path)).status, 204);
    assert.is((await laggingReplica.post('/laptops', { json: { id, ...json } })).status, 201);
    assertProblem(await one.post('/laptops', { json: { id, ...json } }), 'conflict');
  }
});
lagging('accepts the latest ETag of another replica and rejects the one before it', async () => {
  const path = '/laptops/2901';
  for (let round = 0; round < 10; round++) {
    const before = (await one.get(path, latest)).headers.get('ETag') ?? '';
    const changed = await one.put(path, { json: { title: `T${round}`, model: 'M' } });
    const tag = changed.headers.get('ETag') ?? '';
    const put = (condition: string) =>
      laggingReplica.put(path, {
        json: { title: `U${round}`, model: 'M' },
        headers: { 'If-Match': condition },
      });
    assertProblem(await put(before), 'precondition-failed');
    assert.is((await put(tag)).status, 200);
  }
});
lagging.after(async () => {
  await laggingReplica.stop();
  await delayingProxy.close();
  await close();
});
lagging.run();
