import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpResponse } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);

/** Added in another order than that of their ids, and than that of their ids as text. */
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

/** The target of the link to the next page; undefined when there is none. */
function nextOf({ headers }: HttpResponse): string | undefined {
  return /^<([^>]*)>; rel="next"$/.exec(headers.get('Link') ?? '')?.[1];
}

/** The ids of every page from `path` on, as a client finds them that follows the links. */
async function readPages({ get }: typeof laptops, path: string): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    assert.ok(pages.length < 20, 'the pages have no end');
    const page = await get(next);
    pages.push(idsOf(page));
    next = nextOf(page);
  }
  return pages;
}

const listing = suite('the list holds everything, ascending by id');

listing('of both services', async () => {
  assert.equal(idsOf(await laptops.get('/laptops')), ascending);
  assert.equal(idsOf(await ports.get('/ports')), ascending);
  assert.equal(idsOf(await ports.get('/port')), ascending);
});
listing('and the only page links to no next one', async () =>
  assert.is((await laptops.get('/laptops')).headers.get('Link'), null),
);
listing.run();

const paging = suite('a page ends where it is told to, and links to the next one');

paging('limit is how many', async () => {
  assert.equal(idsOf(await laptops.get('/laptops?limit=1')), [1]);
  assert.equal(idsOf(await laptops.get('/laptops?limit=10000')), ascending);
});
paging('after is where the page before ended, whether that is there or not', async () => {
  assert.equal(idsOf(await laptops.get('/laptops?after=10&limit=2')), [11, 12]);
  assert.equal(idsOf(await laptops.get('/laptops?after=5&limit=2')), [9, 10]);
  assert.equal(idsOf(await laptops.get('/laptops?after=0&limit=1')), [1]);
  assert.equal(idsOf(await laptops.get(`/laptops?after=${ids[4]}`)), []);
});
paging('the links lead through everything once', async () => {
  for (const limit of [1, 2, 4, 8]) {
    const pages = await readPages(laptops, `/laptops?limit=${limit}`);
    assert.equal(pages.flat(), ascending);
    assert.is(pages.length, Math.ceil(ids.length / limit));
    assert.ok(pages.slice(0, -1).every((page) => page.length === limit));
  }
});
paging('a page that just holds the rest links to no next one', async () => {
  assert.equal(await readPages(laptops, `/laptops?limit=${ids.length}`), [ascending]);
  assert.equal(await readPages(laptops, '/laptops?limit=3'), [
    ascending.slice(0, 3),
    ascending.slice(3, 6),
    ascending.slice(6),
  ]);
});
paging('the links keep to the path that was asked for, and to the filters', async () => {
  const next = nextOf(await ports.get(`/port?limit=2&name=${encodeURIComponent('even & "round"')}`));
  const url = new URL(next ?? '', ports.url);
  assert.is(url.pathname, '/port');
  assert.equal(Object.fromEntries(url.searchParams), { limit: '2', name: 'even & "round"', after: '10' });
  assert.equal(idsOf(await ports.get(next ?? '')), [12, 100]);
});
paging('what is removed meanwhile takes nothing else away', async () => {
  await laptops.post('/laptops', { json: { id: 4, title: 'short-lived', model: 'M' } });
  const first = await laptops.get('/laptops?limit=4');
  assert.equal(idsOf(first), [1, 2, 3, 4]);
  await laptops.delete('/laptops/4');
  assert.equal(idsOf(await laptops.get(nextOf(first) ?? '')), ascending.slice(3, 7));
});
paging.run();

const filtering = suite('a filter lets through what is exactly that');
const even = ascending.filter((id) => id % 2 === 0);
const odd = ascending.filter((id) => id % 2 === 1);

filtering('by title', async () => {
  assert.equal(idsOf(await laptops.get('/laptops?title=odd')), odd);
  assert.equal(idsOf(await laptops.get(`/laptops?title=${encodeURIComponent('even & "round"')}`)), even);
});
filtering('by title and model together', async () =>
  assert.equal(idsOf(await laptops.get('/laptops?title=odd&model=M0')), [3, 9]),
);
filtering('by name, for ports', async () => assert.equal(idsOf(await ports.get('/ports?name=odd')), odd));
filtering('not what only begins with it, or differs in case', async () => {
  for (const title of ['od', 'Odd', 'odd%20', '']) {
    assert.equal(idsOf(await laptops.get(`/laptops?title=${title}`)), [], title);
  }
});
filtering('page after page, with no page that is short for no reason', async () => {
  const pages = await readPages(laptops, '/laptops?title=odd&limit=2');
  assert.equal(pages, [odd.slice(0, 2), odd.slice(2, 4), odd.slice(4)]);
});
filtering('by what an entity is now, not by what it was', async () => {
  await laptops.post('/laptops', { json: { id: 5, title: 'before', model: 'M' } });
  await laptops.put('/laptops/5', { json: { title: 'behind', model: 'M' } });
  assert.equal(idsOf(await laptops.get('/laptops?title=before')), []);
  assert.equal(idsOf(await laptops.get('/laptops?title=behind')), [5]);
});
filtering.after(close);
filtering.run();
