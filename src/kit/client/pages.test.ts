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

for (const waitFor of [undefined, 'latest'] as const) {
  test(`wait for the position of the first page (waitFor: ${waitFor})`, async () => {
    const { items, waits, paths } = await readTwoPages(waitFor);
    assert.equal(items, ['a', 'b']);
    assert.equal(paths, ['/laptops?limit=1', '/laptops?limit=1&after=1']);
    assert.is(waits[0], waitFor ?? null);
    // The position of the own stream, alone or by name.
    assert.match(waits[1] ?? 'no Wait-For-Position', /(?:^|=)7\b/);
  });
}

test.run();
