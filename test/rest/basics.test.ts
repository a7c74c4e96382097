/** The routes that all services have in common, tested on each collection under each of its names. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertProblem, positionOf, type HttpResponse } from '../support/http/http.ts';
import { startTestSystem, type Replica } from '../support/process/system.ts';

const { start, countMessages, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);

type Collection = {
  readonly path: string;
  readonly canonicalPath: string;
  readonly service: Replica;
  /** Fields of a new entity that are not in the request. */
  readonly derived: object;
  readonly sample: object;
  readonly otherSample: object;
  /** The tests of this collection use ids greater than this one. */
  readonly idOffset: number;
};

const portBodies = { derived: {}, sample: { name: 'USB-C' }, otherSample: { name: 'MagSafe 3' } };
const collections: readonly Collection[] = [
  {
    path: '/laptops',
    canonicalPath: '/laptops',
    service: laptops,
    derived: { ports: [] },
    sample: { title: 'Lenovo', model: 'S3' },
    otherSample: { title: 'IBM', model: 'T60' },
    idOffset: 1,
  },
  { path: '/ports', canonicalPath: '/ports', service: ports, ...portBodies, idOffset: 1 },
  { path: '/port', canonicalPath: '/ports', service: ports, ...portBodies, idOffset: 1001 },
];

/** Asserts that the response has this status and entity, an ETag and a stream position. */
function assertEntity(response: HttpResponse, status: number, entity: object): void {
  assert.is(response.status, status);
  assert.equal(response.body, entity);
  assert.match(response.headers.get('Content-Type') ?? '', 'application/json');
  assert.match(response.headers.get('ETag') ?? 'no ETag', /^"[1-9][0-9]*"$/);
  assert.ok(positionOf(response) > 0);
}

function idOf({ body }: HttpResponse): number {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  if (typeof id !== 'number') throw new TypeError(`no id in ${JSON.stringify(body)}`);
  return id;
}

for (const { path, canonicalPath, service, derived, sample, otherSample, idOffset } of collections) {
  const { get, head, options, post, put } = service;
  const subject = (id: number) => `${canonicalPath.slice(1)}.events.${id}`;
  let lastId = idOffset;
  /** Adds an entity with a new id. */
  async function addOne() {
    lastId += 1;
    const response = await post(path, { json: { id: lastId, ...sample } });
    return {
      id: lastId,
      itemPath: `${path}/${lastId}`,
      entity: { id: lastId, ...sample, ...derived },
      response,
    };
  }

  const test = suite(`the collection ${path}`);

  if (idOffset === 1) {
    test('returns [] while it is empty', async () => {
      const { status, text } = await get(path);
      assert.equal([status, text], [200, '[]']);
    });
  }

  test('creates an entity for a POST with an id and returns its Location', async () => {
    const { id, entity, response } = await addOne();
    assertEntity(response, 201, entity);
    assert.is(response.headers.get('Location'), `${canonicalPath}/${id}`);
    assert.is(response.headers.get('ETag'), `"${positionOf(response)}"`);
    assert.is(await countMessages(subject(id)), 1);
  });

  test('returns a new entity at once, both as an item and in the list', async () => {
    const { itemPath, entity, response } = await addOne();
    const item = await get(itemPath);
    assertEntity(item, 200, entity);
    assert.is(item.headers.get('ETag'), response.headers.get('ETag'));
    assert.ok(positionOf(item) >= positionOf(response));
    const list = await get(path);
    assert.ok(Array.isArray(list.body));
    assert.equal(list.body.at(-1), entity);
    assert.ok(positionOf(list) >= positionOf(response));
  });

  test('rejects a POST with an existing id with 409 and changes nothing', async () => {
    const { id, itemPath, entity } = await addOne();
    assertProblem(await post(path, { json: { id, ...otherSample } }), 'conflict', /already/);
    assert.equal((await get(itemPath)).body, entity);
    assert.is(await countMessages(subject(id)), 1);
  });

  test('assigns increasing ids to POSTs without an id', async () => {
    const ids: number[] = [];
    for (let round = 0; round < 2; round++) {
      const assignedAt = Date.now();
      const response = await post(path, { json: sample });
      const id = idOf(response);
      assertEntity(response, 201, { id, ...sample, ...derived });
      assert.is(response.headers.get('Location'), `${canonicalPath}/${id}`);
      assert.equal((await get(`${canonicalPath}/${id}`)).body, response.body);
      ids.push(id);
      // Ids assigned in the same millisecond are not ordered.
      while (Date.now() === assignedAt) await get(path);
    }
    const [earlier = 0, later = 0] = ids;
    assert.ok(Number.isSafeInteger(earlier) && Number.isSafeInteger(later));
    assert.ok(0 < earlier && earlier < later);
    for (const id of ids) await service.delete(`${path}/${id}`);
  });

  test('changes an entity on PUT', async () => {
    const { id, itemPath, response } = await addOne();
    const changed = await put(itemPath, { json: otherSample });
    assertEntity(changed, 200, { id, ...otherSample, ...derived });
    assert.is(changed.headers.get('ETag'), `"${positionOf(changed)}"`);
    assert.ok(positionOf(changed) > positionOf(response));
    const item = await get(itemPath);
    assertEntity(item, 200, { id, ...otherSample, ...derived });
    assert.is(item.headers.get('ETag'), changed.headers.get('ETag'));
  });

  test('keeps the version and appends nothing if a PUT changes nothing', async () => {
    const { id, itemPath, entity, response } = await addOne();
    const changed = await put(itemPath, { json: sample });
    assertEntity(changed, 200, entity);
    assert.is(changed.headers.get('ETag'), response.headers.get('ETag'));
    assert.is(await countMessages(subject(id)), 1);
  });

  test('returns 404 for a PUT of an unknown id', async () =>
    assertProblem(await put(`${path}/999999`, { json: sample }), 'not-found', /999999|no (laptop|port)/));

  test('removes an entity on DELETE', async () => {
    const { itemPath, entity, response } = await addOne();
    const removed = await service.delete(itemPath);
    assert.equal([removed.status, removed.text], [204, '']);
    assert.ok(positionOf(removed) > positionOf(response));
    assertProblem(await get(itemPath), 'not-found');
    const { body } = await get(path);
    assert.ok(Array.isArray(body) && body.every(({ id }: { id: unknown }) => id !== entity.id));
  });

  test('returns 204 for a repeated DELETE and appends nothing', async () => {
    const { id, itemPath } = await addOne();
    assert.is((await service.delete(itemPath)).status, 204);
    assert.is((await service.delete(itemPath)).status, 204);
    assert.is(await countMessages(subject(id)), 2);
  });

  test('returns 204 for a DELETE of an unknown id and appends nothing', async () => {
    assert.is((await service.delete(`${path}/999999`)).status, 204);
    assert.is(await countMessages(subject(999_999)), 0);
  });

  test('accepts the id of a removed entity again', async () => {
    const { id, itemPath } = await addOne();
    await service.delete(itemPath);
    const again = await post(path, { json: { id, ...otherSample } });
    assertEntity(again, 201, { id, ...otherSample, ...derived });
    assert.equal((await get(itemPath)).body, again.body);
  });

  test('serves the history of an entity and the list of rejected messages', async () => {
    const { itemPath } = await addOne();
    const history = await get(`${itemPath}/events`);
    assert.is(history.status, 200);
    assert.ok(Array.isArray(history.body) && history.body.length === 1);
    const { status, body } = await get(`${path}/rejections`);
    assert.is(status, 200);
    assert.equal(body, []);
  });

  test('returns the headers of GET and no body for HEAD', async () => {
    const { itemPath } = await addOne();
    for (const each of [path, itemPath]) {
      const [full, withoutBody] = [await get(each), await head(each)];
      assert.equal([withoutBody.status, withoutBody.text], [200, '']);
      for (const name of ['Content-Type', 'Content-Length', 'ETag', 'Stream-Position'])
        assert.is(withoutBody.headers.get(name), full.headers.get(name), name);
    }
    assert.is((await head(`${path}/999999`)).status, 404);
  });

  test('lists the allowed methods for OPTIONS', async () => {
    const { itemPath } = await addOne();
    for (const [each, methods] of [
      [path, ['GET', 'HEAD', 'OPTIONS', 'POST']],
      [itemPath, ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'PUT']],
    ] as const) {
      const { status, headers } = await options(each);
      assert.ok(status === 200 || status === 204);
      assert.equal((headers.get('Allow') ?? '').split(/, */).toSorted(), methods);
    }
  });

  test.run();
}

const shutdown = suite('a service');
shutdown('exits with 0 on SIGTERM', async () => {
  assert.is(await laptops.stop(), 0);
  assert.is(await ports.stop(), 0);
});
shutdown.after(close);
shutdown.run();
