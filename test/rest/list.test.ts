import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpResponse } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);

/** Neither in numeric nor in lexical order. */
const ids = [100, 9, 12, 1, 9_007_199_254_740_991, 11, 2, 10, 3];
const ascending = ids.toSorted((a, b) => a - b);
const titleOf = (id: number) => (id % 2 === 0 ? 'even & "round"' : 'odd');

await Promise.all(
  ids.flatMap((id) => [
    laptops.post('/laptops', { json: { id, title: titleOf(id), model: `M${id % 3}` } }),
    ports.post('/port', { json: { id, name: titleOf(id) } }),
  ]),
);

function idsOf({ status, body }: HttpResponse): unknown[] {
  assert.is(status, 200);
  assert.ok(Array.isArray(body));
  return body.map(({ id }: { id: unknown }) => id);
}

/** Returns the path of the next page; undefined on the last page. */
function nextOf({ headers }: HttpResponse): string | undefined {
  return /^<([^>]*)>; rel="next"$/.exec(headers.get('Link') ?? '')?.[1];
}

/** Follows the `next` links, beginning at `path`. Returns the ids on each page. */
async function readPages({ get }: typeof laptops, path: string): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    assert.ok(pages.length < 20, 'too many pages');
    const page = await get(next);
    pages.push(idsOf(page));
    next = nextOf(page);
  }
  return pages;
}

const list = suite('the list');

list('returns all entities by ascending id, in both services', async () => {
  assert.equal(idsOf(await laptops.get('/laptops')), ascending);
  assert.equal(idsOf(await ports.get('/ports')), ascending);
  assert.equal(idsOf(await ports.get('/port')), ascending);
});
list('has no next link if it fits on one page', async () =>
  assert.is((await laptops.get('/laptops')).headers.get('Link'), null),
);
list.run();

const pagination = suite('a page of the list');

pagination('has at most `limit` entities', async () => {
  assert.equal(idsOf(await laptops.get('/laptops?limit=1')), [1]);
  assert.equal(idsOf(await laptops.get('/laptops?limit=10000')), ascending);
});
pagination('begins after the id in `after`, whether or not that entity exists', async () => {
  assert.equal(idsOf(await laptops.get('/laptops?after=10&limit=2')), [11, 12]);
  assert.equal(idsOf(await laptops.get('/laptops?after=5&limit=2')), [9, 10]);
  assert.equal(idsOf(await laptops.get('/laptops?after=0&limit=1')), [1]);
  assert.equal(idsOf(await laptops.get(`/laptops?after=${ids[4]}`)), []);
});
pagination('links to the next page, and all pages together list each entity once', async () => {
  for (const limit of [1, 2, 4, 8]) {
    const pages = await readPages(laptops, `/laptops?limit=${limit}`);
    assert.equal(pages.flat(), ascending);
    assert.is(pages.length, Math.ceil(ids.length / limit));
    assert.ok(pages.slice(0, -1).every((page) => page.length === limit));
  }
});
pagination('has no next link if it ends with the last entity', async () => {
  assert.equal(await readPages(laptops, `/laptops?limit=${ids.length}`), [ascending]);
  assert.equal(await readPages(laptops, '/laptops?limit=3'), [
    ascending.slice(0, 3),
    ascending.slice(3, 6),
    ascending.slice(6),
  ]);
});
pagination('links to the requested path with its filters', async () => {
  const next = nextOf(await ports.get(`/port?limit=2&name=${encodeURIComponent('even & "round"')}`));
  const url = new URL(next ?? '', ports.url);
  assert.is(url.pathname, '/port');
  assert.equal(Object.fromEntries(url.searchParams), { limit: '2', name: 'even & "round"', after: '10' });
  assert.equal(idsOf(await ports.get(next ?? '')), [12, 100]);
});
pagination('skips no entity when another one is removed between two page reads', async () => {
  await laptops.post('/laptops', { json: { id: 4, title: 'short-lived', model: 'M' } });
  const first = await laptops.get('/laptops?limit=4');
  assert.equal(idsOf(first), [1, 2, 3, 4]);
  await laptops.delete('/laptops/4');
  assert.equal(idsOf(await laptops.get(nextOf(first) ?? '')), ascending.slice(3, 7));
});
pagination.run();

const filters = suite('a filter');
const even = ascending.filter((id) => id % 2 === 0);
const odd = ascending.filter((id) => id % 2 === 1);

filters('matches the title', async () => {
  assert.equal(idsOf(await laptops.get('/laptops?title=odd')), odd);
  assert.equal(idsOf(await laptops.get(`/laptops?title=${encodeURIComponent('even & "round"')}`)), even);
});
filters('matches the title and the model together', async () =>
  assert.equal(idsOf(await laptops.get('/laptops?title=odd&model=M0')), [3, 9]),
);
filters('matches the name of a port', async () =>
  assert.equal(idsOf(await ports.get('/ports?name=odd')), odd),
);
filters('does not match a prefix or a different case', async () => {
  for (const title of ['od', 'Odd', 'odd%20', '']) {
    assert.equal(idsOf(await laptops.get(`/laptops?title=${title}`)), [], title);
  }
});
filters('fills every page but the last', async () => {
  const pages = await readPages(laptops, '/laptops?title=odd&limit=2');
  assert.equal(pages, [odd.slice(0, 2), odd.slice(2, 4), odd.slice(4)]);
});
filters('matches the current state of an entity, not an earlier one', async () => {
  await laptops.post('/laptops', { json: { id: 5, title: 'before', model: 'M' } });
  await laptops.put('/laptops/5', { json: { title: 'behind', model: 'M' } });
  assert.equal(idsOf(await laptops.get('/laptops?title=before')), []);
  assert.equal(idsOf(await laptops.get('/laptops?title=behind')), [5]);
});
filters.run();

const sorted = suite('a sorted list');

/** The laptops that all tests of this file have added, by title, then by id. */
async function expectedOrder(direction: 1 | -1 = 1): Promise<unknown[]> {
  const { body } = await laptops.get('/laptops');
  assert.ok(Array.isArray(body));
  const items: { id: number; title: string }[] = body;
  return items
    .toSorted((a, b) => (a.title < b.title ? -direction : a.title > b.title ? direction : a.id - b.id))
    .map(({ id }) => id);
}

sorted('is ordered by the field, then by id, on every page', async () => {
  const expected = await expectedOrder();
  assert.equal(idsOf(await laptops.get('/laptops?sort=title')), expected);
  for (const limit of [1, 2, 4]) {
    assert.equal((await readPages(laptops, `/laptops?sort=title&limit=${limit}`)).flat(), expected);
  }
  assert.equal((await readPages(laptops, '/laptops?sort=model&title=odd&limit=2')).flat().length, odd.length);
});
sorted('continues at its cursor after entities were added, changed and removed', async () => {
  const expected = await expectedOrder();
  const first = await laptops.get('/laptops?sort=title&limit=3');
  const next = nextOf(first) ?? '';
  const [, second, third, fourth] = expected;
  await laptops.post('/laptops', { json: { id: 500, title: 'a first one', model: 'M' } });
  await laptops.post('/laptops', { json: { id: 501, title: 'z last one', model: 'M' } });
  for (const id of [second, third, fourth]) await laptops.delete(`/laptops/${String(id)}`);
  const rest = (await readPages(laptops, next)).flat();
  assert.equal(rest, [...expected.slice(4), 501]);
});
sorted('can have its field in descending order, with ascending ids of the same key', async () => {
  const expected = await expectedOrder(-1);
  for (const limit of [1, 2, 4, 1000]) {
    assert.equal((await readPages(laptops, `/laptops?sort=-title&limit=${limit}`)).flat(), expected);
  }
  const first = await laptops.get('/laptops?sort=-title&limit=2');
  await laptops.delete(`/laptops/${String(expected[1])}`);
  await laptops.delete(`/laptops/${String(expected[2])}`);
  await laptops.post('/laptops', { json: { id: 503, title: 'zz first', model: 'M' } });
  assert.equal((await readPages(laptops, nextOf(first) ?? '')).flat(), expected.slice(3));
  const position = first.headers.get('Stream-Position') ?? '';
  const before = await readPages(laptops, `/laptops?sort=-title&limit=4&asOf=${position}`);
  assert.equal(before.flat(), expected);
});
sorted('can be read as of an earlier position', async () => {
  const before = await laptops.get('/laptops?sort=title');
  const position = before.headers.get('Stream-Position') ?? '';
  await laptops.post('/laptops', { json: { id: 502, title: 'a later one', model: 'M' } });
  const pages = await readPages(laptops, `/laptops?sort=title&limit=4&asOf=${position}`);
  assert.equal(pages.flat(), idsOf(before));
});
sorted('rejects an unknown field, `after`, and a cursor of another list', async () => {
  const cursor =
    new URLSearchParams((nextOf(await laptops.get('/laptops?sort=title&limit=1')) ?? '').split('?')[1]).get(
      'cursor',
    ) ?? '';
  assert.is((await laptops.get(`/laptops?sort=title&cursor=${cursor}`)).status, 200);
  for (const query of [
    'sort=ports',
    'sort=title&after=3',
    `cursor=${cursor}`,
    `sort=model&cursor=${cursor}`,
    `sort=-title&cursor=${cursor}`,
    'sort=-ports',
    'sort=-',
    'sort=title&cursor=x',
  ]) {
    assert.is((await laptops.get(`/laptops?${query}`)).status, 400, query);
  }
});
sorted.after(close);
sorted.run();
