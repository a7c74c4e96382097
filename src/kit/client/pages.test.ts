import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { WaitTargets } from '../eventlog/freshness.ts';
import { readPages } from './pages.ts';
import { createTransport } from './transport.ts';

/** Reads two pages from a service at position 7. Returns the items and the `Wait-For-Position` of each request. */
async function readTwoPages(waitFor?: WaitTargets) {
  const waits: (string | null)[] = [];
  const paths: string[] = [];
  const transport = createTransport('http://service.invalid', {
    fetch(url, options) {
      paths.push(url instanceof URL ? url.pathname + url.search : '');
      waits.push(new Headers(options?.headers).get('Wait-For-Position'));
      const isFirst = waits.length === 1;
      const link = { Link: '</laptops?limit=1&after=1>; rel="next"' };
      const headers = { 'Stream-Position': '7', ...(isFirst && link) };
      return Promise.resolve(new Response(isFirst ? '["a"]' : '["b"]', { headers }));
    },
  });
  const items: string[] = [];
  for await (const item of readPages(transport, 'laptops?limit=1', z.array(z.string()), { waitFor }))
    items.push(item);
  return { items, waits, paths };
}

const test = suite('the pages of a list');

for (const [waitFor, second] of [
  [undefined, '7'],
  [3, '7'],
  [9, '9'],
  // Only `latest` includes what the first page showed of the followed streams.
  ['latest', 'latest'],
] as const) {
  test(`wait for at least what the first page showed (waitFor: ${waitFor})`, async () => {
    const { items, waits, paths } = await readTwoPages(waitFor);
    assert.equal(items, ['a', 'b']);
    assert.equal(paths, ['/laptops?limit=1', '/laptops?limit=1&after=1']);
    assert.equal(waits, [waitFor === undefined ? null : String(waitFor), second]);
  });
}

test.run();
