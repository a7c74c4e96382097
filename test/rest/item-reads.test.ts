/** Plain item reads take a fast path that bypasses the Koa application. Both paths must pass the same tests. */

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

/** Request headers that select the path. The fast path does not handle this `Accept`, although it accepts JSON. */
const paths = [
  { name: 'on the fast path', headers: {} },
  { name: 'through the application', headers: { Accept: 'application/json;q=0.9' } },
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

const bothPaths = suite('an item read on both paths');

/** The parts of a response that both paths must return alike: all except the request id and the date. */
function comparableParts({ status, headers, text }: HttpResponse) {
  const comparable = [...headers].filter(([header]) => header !== 'request-id' && header !== 'date');
  return { status, headers: Object.fromEntries(comparable), text };
}

for (const path of ['1', '2', '3', '007', '1/', '1?', '1?x=1', '1?asOf=1', 'x', '', '9007199254740993']) {
  bothPaths(`gets the same response for /laptops/${path}`, async () => {
    const [one, other] = await Promise.all(
      paths.map(({ headers }) => laptops.get(`/laptops/${path}`, { headers })),
    );
    assert.ok(one !== undefined && other !== undefined);
    assert.equal(comparableParts(one), comparableParts(other));
  });
}
for (const path of ['/ports/1', '/port/1']) {
  bothPaths(`gets the same response for ${path}, with the body of the canonical path`, async () => {
    const [one, other] = await Promise.all(paths.map(({ headers }) => ports.get(path, { headers })));
    assert.ok(one !== undefined && other !== undefined);
    assert.is(one.status, 200);
    assert.equal(comparableParts(one), comparableParts(other));
    assert.is(one.text, (await ports.get('/ports/1')).text);
  });
}
bothPaths.after(close);
bothPaths.run();
