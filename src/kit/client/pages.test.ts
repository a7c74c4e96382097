import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { WaitTargets } from '../eventlog/freshness.ts';
import { readPages } from './pages.ts';
import { createTransport } from './transport.ts';

/**
 * Reads three pages from replicas at different positions. Returns the items and the `Wait-For-Position` of each request.
 *
 * @param streamPositions `Stream-Positions` of each response; undefined for a service that does not send it
 */
async function readPagesOf(waitFor?: WaitTargets, streamPositions?: readonly string[]) {
  const waits: (string | null)[] = [];
  const paths: string[] = [];
  const transport = createTransport('http://service.invalid', {
    fetch(url, options) {
      paths.push(url instanceof URL ? url.pathname + url.search : '');
      waits.push(new Headers(options?.headers).get('Wait-For-Position'));
      const page = waits.length;
      const headers = new Headers({ 'Stream-Position': ['100', '120', '90'][page - 1] ?? '' });
      const all = streamPositions?.[page - 1];
      if (all !== undefined) headers.set('Stream-Positions', all);
      if (page < 3) headers.set('Link', `</laptops?limit=1&after=${page}>; rel="next"`);
      return Promise.resolve(new Response(JSON.stringify([`item ${page}`]), { headers }));
    },
  });
  const items: string[] = [];
  for await (const item of readPages(transport, 'laptops?limit=1', z.array(z.string()), { waitFor }))
    items.push(item);
  return { items, waits, paths };
}

const test = suite('the pages of a list');

test('are read by following the links', async () => {
  const { items, paths } = await readPagesOf();
  assert.equal(items, ['item 1', 'item 2', 'item 3']);
  assert.equal(paths, ['/laptops?limit=1', '/laptops?limit=1&after=1', '/laptops?limit=1&after=2']);
});

const both = { LAPTOPS: 5, PORTS: 7 };

for (const [waitFor, first] of [
  [undefined, null],
  [5, '5'],
  ['latest', 'latest'],
  [both, 'LAPTOPS=5, PORTS=7'],
] as const) {
  test(`wait for the positions of all streams that the previous page reflects (${first})`, async () => {
    const { waits } = await readPagesOf(waitFor, [
      'LAPTOPS=100, PORTS=7',
      'LAPTOPS=120, PORTS=8',
      'LAPTOPS=90',
    ]);
    assert.equal(waits, [first, 'LAPTOPS=100, PORTS=7', 'LAPTOPS=120, PORTS=8']);
  });
}
for (const [waitFor, expected] of [
  [undefined, [null, '100', '120']],
  [5, ['5', '100', '120']],
  [110, ['110', '110', '120']],
  // Without Stream-Positions, only `latest` includes what the previous page showed of the followed streams.
  ['latest', ['latest', 'latest', 'latest']],
  [both, ['LAPTOPS=5, PORTS=7', 'latest', 'latest']],
] as const) {
  test(`wait for at least what the previous page showed, without Stream-Positions (${String(expected[0])})`, async () => {
    assert.equal((await readPagesOf(waitFor)).waits, expected);
  });
}
test('ignore Stream-Positions that the service would reject', async () => {
  assert.equal((await readPagesOf(5, ['LAPTOPS', '', 'x'])).waits, ['5', '100', '120']);
});

test.run();
