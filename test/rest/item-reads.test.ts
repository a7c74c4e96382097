/** A plain read is answered past the application, and must not be told from one that went through it. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Answer } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);
await ports.post('/ports', { json: { id: 1, name: 'USB-C "süß" 😀' } });
await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3 – ü 😀' } });
await laptops.post('/laptops', { json: { id: 2, title: 'Lenovo', model: 'S3' } });
await laptops.put('/laptops/1/ports/1', { headers: { Prefer: 'wait=20' } });
await laptops.delete('/laptops/2');

/** Says the same as an Accept of everything, but is looked at by the application. */
const special = { Accept: 'application/json;q=0.9' };

/** All that a client sees, but the id of the request. */
function show({ status, headers, text }: Answer) {
  assert.match(headers.get('Request-Id') ?? '', /^[0-9a-f-]{36}$/);
  const shown = [...headers].filter(([name]) => name !== 'request-id' && name !== 'date');
  return { status, headers: Object.fromEntries(shown), text };
}

const same = suite('a plain read and a special one are answered alike');

for (const path of ['1', '2', '3', '007', '1/', '1?', '1?x=1', '1?asOf=1', 'x', '', '9007199254740993']) {
  same(`/laptops/${path}`, async () => {
    const plain = await laptops.get(`/laptops/${path}`);
    assert.equal(show(plain), show(await laptops.get(`/laptops/${path}`, { headers: special })));
  });
}

same('under every name of the collection', async () => {
  for (const path of ['/ports/1', '/port/1']) {
    const plain = await ports.get(path);
    assert.is(plain.status, 200);
    assert.equal(show(plain), show(await ports.get(path, { headers: special })));
  }
});

same('and it is the laptop with its port, under its own tag', async () => {
  const { status, body, headers } = await laptops.get('/laptops/1');
  assert.is(status, 200);
  const fitted = [{ id: 1, name: 'USB-C "süß" 😀' }];
  assert.equal(body, { id: 1, title: 'Lenovo', model: 'S3 – ü 😀', ports: fitted });
  assert.match(headers.get('ETag') ?? '', /^"\d+;PORTS=1"$/);
});

same('also for what the metrics count', async () => {
  const count = async () => {
    const text = await (await fetch(`${laptops.probeUrl}/metrics`)).text();
    return Number(
      /^portside_http_request\w*_count\{[^}]*route="\/laptops\/\{id\}"[^}]*status="?200"?[^}]*\} (\d+)/m.exec(
        text,
      )?.[1],
    );
  };
  await laptops.get('/laptops/1');
  const before = await count();
  await laptops.get('/laptops/1');
  assert.is(await count(), before + 1);
});

same.after(close);
same.run();
