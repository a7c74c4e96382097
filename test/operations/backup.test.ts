/** Backup with `nats stream backup` and restore on an empty server, as described in docs/operations.md. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { createHttpClient } from '../support/http/http.ts';
import { startLoggedService } from '../support/process/logged-service.ts';
import { openNatsCli } from '../support/broker/nats-cli.ts';

const [broker, other] = await Promise.all([startTestBroker(), startTestBroker()]);
const { connection } = await connectForTest(broker);
const [nats, otherNats] = await Promise.all([openNatsCli(broker.url), openNatsCli(other.url)]);
const folder = mkdtempSync(join(tmpdir(), 'portside-backup-'));
const laptops = await startLoggedService('laptops', { natsUrl: broker.url });
const ports = await startLoggedService('ports', { natsUrl: broker.url });

/** Reads the list, one laptop with its ETag, and its history. */
async function readAll({ url }: { readonly url: string }) {
  const { get } = createHttpClient(url);
  const latest = { headers: { 'Wait-For-Position': 'latest' } };
  const list = await get('/laptops', latest);
  const item = await get('/laptops/1');
  const history = await get('/laptops/1/events');
  return { list: list.body, item: item.body, tag: item.headers.get('ETag'), history: history.body };
}

const test = suite('a backup');
const it = nats.isInstalled ? test : test.skip;
const keyed = { json: { title: 'Lenovo', model: 'S3' }, headers: { 'Idempotency-Key': 'before-the-backup' } };

it('restored on an empty server has the same positions, versions, idempotency keys and port names', async () => {
  await ports.post('/ports', { json: { id: 1, name: 'USB-C' } });
  await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } });
  assert.is((await laptops.put('/laptops/1/ports/1')).status, 204);
  const first = await laptops.post('/laptops', keyed);
  assert.is(first.status, 201);
  const expected = await readAll(laptops);
  assert.match(JSON.stringify(expected.list), /USB-C/);
  for (const stream of ['LAPTOPS', 'PORTS']) {
    const { code, stderr } = await nats.run(
      `nats stream backup ${stream} '${folder}/${stream}' --no-progress`,
    );
    assert.is(code, 0, stderr);
  }

  for (const stream of ['LAPTOPS', 'PORTS']) {
    const { code, stderr } = await otherNats.run(`nats stream restore '${folder}/${stream}' --no-progress`);
    assert.is(code, 0, stderr);
  }
  // Provisions the server. The restored streams match their definitions, so only the buckets, which need no backup, are created.
  const restored = await connectForTest(other);
  const service = await startLoggedService('laptops', { natsUrl: other.url });
  assert.is((await service.awaitLog('caught up', 'LAPTOPS'))['from'], 0);
  assert.equal(await readAll(service), expected);
  const again = await service.post('/laptops', keyed);
  assert.equal([again.status, again.body], [201, first.body]);
  const { status } = await service.post('/laptops', { json: { id: 2, title: 'IBM', model: 'T60' } });
  assert.is(status, 201);
  await service.stop();
  await restored.connection.nc.close();
});
test.after(async () => {
  await Promise.all([laptops.stop(), ports.stop()]);
  await connection.nc.close();
  await Promise.all([broker.close(), other.close()]);
  rmSync(folder, { recursive: true });
});
test.run();
