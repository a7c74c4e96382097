/** The routes that every service has, tried on each of them under each of its names. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertProblem, positionOf, type Answer } from '../support/http/http.ts';
import { startTestSystem, type Replica } from '../support/process/system.ts';

const { start, countMessages, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);

type Door = {
  readonly path: string;
  readonly canonicalPath: string;
  readonly service: Replica;
  /** What an added entity shows beside its id and what it was given. */
  readonly more: object;
  readonly one: object;
  readonly other: object;
  /** Ids from here on belong to this door's tests. */
  readonly firstId: number;
};

const portBodies = { more: {}, one: { name: 'USB-C' }, other: { name: 'MagSafe 3' } };
const doors: readonly Door[] = [
  {
    path: '/laptops',
    canonicalPath: '/laptops',
    service: laptops,
    more: { ports: [] },
    one: { title: 'Lenovo', model: 'S3' },
    other: { title: 'IBM', model: 'T60' },
    firstId: 1,
  },
  { path: '/ports', canonicalPath: '/ports', service: ports, ...portBodies, firstId: 1 },
  { path: '/port', canonicalPath: '/ports', service: ports, ...portBodies, firstId: 1001 },
];

/** The answer shows this entity, its version, and the position where its last event landed. */
function assertEntity(answer: Answer, status: number, entity: object): void {
  assert.is(answer.status, status);
  assert.equal(answer.body, entity);
  assert.match(answer.headers.get('Content-Type') ?? '', 'application/json');
  assert.match(answer.headers.get('ETag') ?? 'no ETag', /^"[1-9][0-9]*"$/);
  assert.ok(positionOf(answer) > 0);
}

function idOf({ body }: Answer): number {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  if (typeof id !== 'number') throw new TypeError(`no id in ${JSON.stringify(body)}`);
  return id;
}

for (const { path, canonicalPath, service, more, one, other, firstId } of doors) {
  const { get, head, options, post, put } = service;
  const subject = (id: number) => `${canonicalPath.slice(1)}.events.${id}`;
  let lastId = firstId;
  /** Adds one of the test's own. */
  async function addOne() {
    lastId += 1;
    const answer = await post(path, { json: { id: lastId, ...one } });
    return { id: lastId, itemPath: `${path}/${lastId}`, entity: { id: lastId, ...one, ...more }, answer };
  }

  const test = suite(`${path} lists, shows, adds, changes and removes`);

  if (firstId === 1) {
    test('an empty list is []', async () => {
      const { status, text } = await get(path);
      assert.equal([status, text], [200, '[]']);
    });
  }

  test('POST with an id adds it, and says where it is', async () => {
    const { id, entity, answer } = await addOne();
    assertEntity(answer, 201, entity);
    assert.is(answer.headers.get('Location'), `${canonicalPath}/${id}`);
    assert.is(answer.headers.get('ETag'), `"${positionOf(answer)}"`);
    assert.is(await countMessages(subject(id)), 1);
  });

  test('what was added is there at once, as an item and in the list', async () => {
    const { itemPath, entity, answer } = await addOne();
    const item = await get(itemPath);
    assertEntity(item, 200, entity);
    assert.is(item.headers.get('ETag'), answer.headers.get('ETag'));
    assert.ok(positionOf(item) >= positionOf(answer));
    const list = await get(path);
    assert.ok(Array.isArray(list.body));
    assert.equal(list.body.at(-1), entity);
    assert.ok(positionOf(list) >= positionOf(answer));
  });

  test('POST with an id that is taken is a conflict, and changes nothing', async () => {
    const { id, itemPath, entity } = await addOne();
    assertProblem(await post(path, { json: { id, ...other } }), 'conflict', /already/);
    assert.equal((await get(itemPath)).body, entity);
    assert.is(await countMessages(subject(id)), 1);
  });

  test('POST without an id makes one, and a later one is larger', async () => {
    const ids: number[] = [];
    for (let round = 0; round < 2; round++) {
      const madeAt = Date.now();
      const answer = await post(path, { json: one });
      const id = idOf(answer);
      assertEntity(answer, 201, { id, ...one, ...more });
      assert.is(answer.headers.get('Location'), `${canonicalPath}/${id}`);
      assert.equal((await get(`${canonicalPath}/${id}`)).body, answer.body);
      ids.push(id);
      // Ids sort by the millisecond.
      while (Date.now() === madeAt) await get(path);
    }
    const [earlier = 0, later = 0] = ids;
    assert.ok(Number.isSafeInteger(earlier) && Number.isSafeInteger(later));
    assert.ok(0 < earlier && earlier < later);
    for (const id of ids) await service.delete(`${path}/${id}`);
  });

  test('PUT changes it', async () => {
    const { id, itemPath, answer } = await addOne();
    const changed = await put(itemPath, { json: other });
    assertEntity(changed, 200, { id, ...other, ...more });
    assert.is(changed.headers.get('ETag'), `"${positionOf(changed)}"`);
    assert.ok(positionOf(changed) > positionOf(answer));
    const item = await get(itemPath);
    assertEntity(item, 200, { id, ...other, ...more });
    assert.is(item.headers.get('ETag'), changed.headers.get('ETag'));
  });

  test('PUT of what it is already answers the same and appends nothing', async () => {
    const { id, itemPath, entity, answer } = await addOne();
    const changed = await put(itemPath, { json: one });
    assertEntity(changed, 200, entity);
    assert.is(changed.headers.get('ETag'), answer.headers.get('ETag'));
    assert.is(await countMessages(subject(id)), 1);
  });

  test('PUT of what is not there is not found', async () =>
    assertProblem(await put(`${path}/999999`, { json: one }), 'not-found', /999999|no (laptop|port)/));

  test('DELETE removes it', async () => {
    const { itemPath, entity, answer } = await addOne();
    const removed = await service.delete(itemPath);
    assert.equal([removed.status, removed.text], [204, '']);
    assert.ok(positionOf(removed) > positionOf(answer));
    assertProblem(await get(itemPath), 'not-found');
    const { body } = await get(path);
    assert.ok(Array.isArray(body) && body.every(({ id }: { id: unknown }) => id !== entity.id));
  });

  test('DELETE a second time answers the same and appends nothing', async () => {
    const { id, itemPath } = await addOne();
    assert.is((await service.delete(itemPath)).status, 204);
    assert.is((await service.delete(itemPath)).status, 204);
    assert.is(await countMessages(subject(id)), 2);
  });

  test('DELETE of what never was appends nothing', async () => {
    assert.is((await service.delete(`${path}/999999`)).status, 204);
    assert.is(await countMessages(subject(999_999)), 0);
  });

  test('what was removed can be added again', async () => {
    const { id, itemPath } = await addOne();
    await service.delete(itemPath);
    const again = await post(path, { json: { id, ...other } });
    assertEntity(again, 201, { id, ...other, ...more });
    assert.equal((await get(itemPath)).body, again.body);
  });

  test('its history and the rejections answer there too', async () => {
    const { itemPath } = await addOne();
    const history = await get(`${itemPath}/events`);
    assert.is(history.status, 200);
    assert.ok(Array.isArray(history.body) && history.body.length === 1);
    const { status, body } = await get(`${path}/rejections`);
    assert.is(status, 200);
    assert.equal(body, []);
  });

  test('HEAD answers as GET does, without the body', async () => {
    const { itemPath } = await addOne();
    for (const each of [path, itemPath]) {
      const [shown, headed] = [await get(each), await head(each)];
      assert.equal([headed.status, headed.text], [200, '']);
      for (const name of ['Content-Type', 'Content-Length', 'ETag', 'Stream-Position'])
        assert.is(headed.headers.get(name), shown.headers.get(name), name);
    }
    assert.is((await head(`${path}/999999`)).status, 404);
  });

  test('OPTIONS names the methods', async () => {
    const { itemPath } = await addOne();
    for (const [each, methods] of [
      [path, ['GET', 'HEAD', 'OPTIONS', 'POST']],
      [itemPath, ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT']],
    ] as const) {
      const { status, headers } = await options(each);
      assert.ok(status === 200 || status === 204);
      assert.equal((headers.get('Allow') ?? '').split(/, */).toSorted(), methods);
    }
  });

  test.run();
}

const closing = suite('the services end');
closing('with 0', async () => {
  assert.is(await laptops.stop(), 0);
  assert.is(await ports.stop(), 0);
});
closing.after(close);
closing.run();
