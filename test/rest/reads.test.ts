/** Most reads are answered without Koa. Both ways must pass the same tests. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertProblem, positionOf, type HttpResponse } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);
await ports.post('/ports', { json: { id: 1, name: 'USB-C "süß" 😀' } });
await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3 – ü 😀' } });
await laptops.post('/laptops', { json: { id: 2, title: 'Lenovo', model: 'S3' } });
await laptops.put('/laptops/1/ports/1', { headers: { Prefer: 'wait=20' } });
await laptops.delete('/laptops/2');
const etag = (await laptops.get('/laptops/1')).headers.get('ETag') ?? '';

/** Request headers that select the way: this `Accept` has to be parsed, which only Koa can. */
const paths = [
  { name: 'without Koa', headers: {} },
  { name: 'with Koa', headers: { Accept: 'application/json;q=0.9' } },
] as const;

/** Returns the number of successful reads per route, from the metrics of a service. */
async function countReads({ probeUrl }: { readonly probeUrl: string }): Promise<Map<string, number>> {
  const text = await (await fetch(`${probeUrl}/metrics`)).text();
  const samples = text.matchAll(/^portside_http_request_duration_seconds_count\{(.*)\} (\d+)$/gm);
  return new Map(
    Array.from(samples)
      .filter(([, labels = '']) => labels.includes('method="GET"') && labels.includes('status="200"'))
      .map(([, labels = '', count]) => [/route="([^"]*)"/.exec(labels)?.[1] ?? '', Number(count)]),
  );
}

for (const { name, headers } of paths) {
  const itemReads = suite(`an item read ${name}`);

  itemReads('returns the entity with its embedded entities of the followed stream', async () => {
    const response = await laptops.get('/laptops/1', { headers });
    assert.is(response.status, 200);
    const fitted = [{ id: 1, name: 'USB-C "süß" 😀' }];
    assert.equal(response.body, { id: 1, title: 'Lenovo', model: 'S3 – ü 😀', ports: fitted });
  });
  itemReads('has an ETag, a Stream-Position, and the length and media type of the body', async () => {
    const response = await laptops.get('/laptops/1', { headers });
    assert.match(response.headers.get('ETag') ?? '', /^"\d+;PORTS=1"$/);
    assert.ok(positionOf(response) > 0);
    assert.is(response.headers.get('Content-Length'), String(Buffer.byteLength(response.text)));
    assert.is(response.headers.get('Content-Type'), 'application/json; charset=utf-8');
    assert.is(response.headers.get('X-Content-Type-Options'), 'nosniff');
    assert.match(response.headers.get('Request-Id') ?? '', /^[0-9a-f-]{36}$/);
  });
  itemReads(
    'returns not-found with a Stream-Position for an entity that was removed or never existed',
    async () => {
      for (const id of [2, 3]) {
        const response = await laptops.get(`/laptops/${id}`, { headers });
        assertProblem(response, 'not-found');
        assert.ok(positionOf(response) > 0);
      }
    },
  );
  itemReads('returns malformed for a malformed id', async () => {
    for (const id of ['007', 'x', '9007199254740993']) {
      assertProblem(await laptops.get(`/laptops/${id}`, { headers }), 'malformed');
    }
  });
  itemReads('is counted under the canonical route for every alias', async () => {
    await ports.get('/ports/1', { headers });
    const before = await countReads(ports);
    for (const path of ['/ports/1', '/port/1']) assert.is((await ports.get(path, { headers })).status, 200);
    const after = await countReads(ports);
    assert.is(after.get('/ports/{id}'), (before.get('/ports/{id}') ?? 0) + 2);
    assert.not(after.has('/port/{id}'));
  });
  itemReads.run();
}

const bothWays = suite('a read with and without Koa');

/** The parts of a response that must be alike: all except the request id and the date. */
function comparableParts({ status, headers, text }: HttpResponse) {
  const comparable = [...headers].filter(([header]) => header !== 'request-id' && header !== 'date');
  return { status, headers: Object.fromEntries(comparable), text };
}

const requests: readonly (readonly [string, Readonly<Record<string, string>>?])[] = [
  ...['1', '2', '3', '007', '1/', '1?', '1?x=1', '1?asOf=1', '1?asOf=x', 'x', '', '9007199254740993'].map(
    (rest) => [`/laptops/${rest}`] as const,
  ),
  ...[
    '',
    '?',
    '?limit=1',
    '?limit=1&limit=2',
    '?title=Lenovo',
    '?title=L%65novo&limit=1',
    '?title=%ff',
    '?x',
  ].map((query) => [`/laptops${query}`] as const),
  ['/laptops?sort=-title&limit=1'],
  ['/laptops?cursor=x'],
  ['/laptops?asOf=3'],
  ['/laptops/%31'],
  ['/laptops/1/ports'],
  ['/laptops/1/ports?asOf=1'],
  ['/laptops/3/ports'],
  ['/LAPTOPS/1'],
  ['/laptops/1', { 'If-None-Match': etag }],
  ['/laptops/1', { 'If-None-Match': `"0", W/${etag}` }],
  ['/laptops/1', { 'If-None-Match': '1' }],
  ['/laptops/1', { 'If-Match': '"0"' }],
  ['/laptops/1/ports', { 'If-None-Match': etag }],
  ['/laptops/1', { 'Wait-For-Position': '1' }],
  ['/laptops/1', { 'Wait-For-Position': 'latest' }],
  ['/laptops', { 'Wait-For-Position': '100000', Prefer: 'wait=0' }],
  ['/laptops', { 'Wait-For-Position': 'x' }],
];
for (const [path, sent] of requests) {
  for (const method of ['get', 'head'] as const) {
    const name = `${method} ${path}${sent === undefined ? '' : ` with ${JSON.stringify(sent)}`}`;
    bothWays(`gets the same response: ${name}`, async () => {
      const responses = paths.map(({ headers }) =>
        laptops[method](path, { headers: { ...headers, ...sent } }),
      );
      const [one, other] = await Promise.all(responses);
      assert.ok(one !== undefined && other !== undefined);
      assert.equal(comparableParts(one), comparableParts(other));
    });
  }
}
for (const path of ['/ports/1', '/port/1', '/ports/1/laptops', '/ports/2/laptops', '/port?limit=1']) {
  bothWays(`gets the same response for ${path}`, async () => {
    const [one, other] = await Promise.all(paths.map(({ headers }) => ports.get(path, { headers })));
    assert.ok(one !== undefined && other !== undefined);
    assert.equal(comparableParts(one), comparableParts(other));
  });
}
bothWays('is compressed in the same way', async () => {
  const model = 'x'.repeat(100);
  for (let id = 10; id < 40; id++) await laptops.post('/laptops', { json: { id, title: 'Lenovo', model } });
  const [one, other] = await Promise.all(
    paths.map(({ headers }) => laptops.get('/laptops', { headers: { ...headers, 'Accept-Encoding': 'br' } })),
  );
  assert.ok(one !== undefined && other !== undefined);
  assert.is(one.headers.get('Content-Encoding'), 'br');
  assert.equal(comparableParts(one), comparableParts(other));
});
bothWays('has the Request-Id of the client', async () => {
  for (const { headers } of paths) {
    const response = await laptops.get('/laptops/1', { headers: { ...headers, 'Request-Id': 'order-7' } });
    assert.is(response.headers.get('Request-Id'), 'order-7');
  }
});
bothWays.after(close);
bothWays.run();
