/** Plain item reads take a fast path that bypasses the Koa application. Both paths must return the same response. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpResponse } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);
await ports.post('/ports', { json: { id: 1, name: 'USB-C "süß" 😀' } });
await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3 – ü 😀' } });
await laptops.post('/laptops', { json: { id: 2, title: 'Lenovo', model: 'S3' } });
await laptops.put('/laptops/1/ports/1', { headers: { Prefer: 'wait=20' } });
await laptops.delete('/laptops/2');

/** Accepts the same media type, but takes the request off the fast path. */
const regularPath = { Accept: 'application/json;q=0.9' };

/** Everything a client sees except the request id and the date. */
function visibleParts({ status, headers, text }: HttpResponse) {
  assert.match(headers.get('Request-Id') ?? '', /^[0-9a-f-]{36}$/);
  const visible = [...headers].filter(([name]) => name !== 'request-id' && name !== 'date');
  return { status, headers: Object.fromEntries(visible), text };
}

const itemReads = suite('the item fast path');

for (const path of ['1', '2', '3', '007', '1/', '1?', '1?x=1', '1?asOf=1', 'x', '', '9007199254740993']) {
  itemReads(`returns the response of the regular path for /laptops/${path}`, async () => {
    const plain = await laptops.get(`/laptops/${path}`);
    assert.equal(
      visibleParts(plain),
      visibleParts(await laptops.get(`/laptops/${path}`, { headers: regularPath })),
    );
  });
}

itemReads('returns the response of the regular path under every alias of the collection', async () => {
  for (const path of ['/ports/1', '/port/1']) {
    const plain = await ports.get(path);
    assert.is(plain.status, 200);
    assert.equal(visibleParts(plain), visibleParts(await ports.get(path, { headers: regularPath })));
  }
});

itemReads('returns the laptop with its ports and an ETag that covers both', async () => {
  const { status, body, headers } = await laptops.get('/laptops/1');
  assert.is(status, 200);
  const fitted = [{ id: 1, name: 'USB-C "süß" 😀' }];
  assert.equal(body, { id: 1, title: 'Lenovo', model: 'S3 – ü 😀', ports: fitted });
  assert.match(headers.get('ETag') ?? '', /^"\d+;PORTS=1"$/);
});

itemReads('is counted under the route of the item', async () => {
  const countReads = async () => {
    const text = await (await fetch(`${laptops.probeUrl}/metrics`)).text();
    return Number(
      /^portside_http_request\w*_count\{[^}]*route="\/laptops\/\{id\}"[^}]*status="?200"?[^}]*\} (\d+)/m.exec(
        text,
      )?.[1],
    );
  };
  await laptops.get('/laptops/1');
  const before = await countReads();
  await laptops.get('/laptops/1');
  assert.is(await countReads(), before + 1);
});

itemReads.after(close);
itemReads.run();
