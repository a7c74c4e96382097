/** A stream that an operator deletes while a service reads it. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { assertProblem, type HttpResponse } from '../support/http/http.ts';
import { startLoggedService } from '../support/process/logged-service.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const start = (name: string) => startLoggedService(name, { natsUrl: broker.url });
const laptops = await start('laptops');
const ports = await start('ports');
const lenovo = { title: 'Lenovo', model: 'S3' };

const ageOf = async (path: string) => (await laptops.get(path)).headers.get('Age');

async function assertRejectedAtOnce(send: () => Promise<HttpResponse>): Promise<void> {
  const started = performance.now();
  assertProblem(await send(), 'unavailable');
  assert.ok(performance.now() - started < 3_000, `${performance.now() - started} ms`);
}

const test = suite('a service whose stream is deleted');

test('marks its reads, also those over NATS and those that show a followed stream', async () => {
  assert.is((await laptops.post('/laptops', { json: { id: 1, ...lenovo } })).status, 201);
  assert.is(await ageOf('/laptops/1'), null);
  await jsm.streams.delete('PORTS');
  await eventually(async () => assert.match((await ageOf('/laptops/1')) ?? '', /^[0-9]+$/));
  await jsm.streams.delete('LAPTOPS');
  await eventually(() => assert.ok(laptops.logged('replay interrupted', 'LAPTOPS').length > 0));
  for (const path of ['/laptops', '/laptops/1', '/laptops/rejections']) {
    assert.match((await ageOf(path)) ?? '', /^[0-9]+$/, path);
  }
  const reply = await connection.nc.request('laptops.queries.get', '{"id":1}');
  assert.match(reply.headers?.get('Age') ?? '', /^[0-9]+$/);
});

test('rejects writes, and reads that need the stream, at once', async () => {
  for (const send of [
    () => laptops.post('/laptops', { json: { id: 2, ...lenovo } }),
    // A rejection and a no-op are confirmed with the stream.
    () => laptops.post('/laptops', { json: { id: 1, ...lenovo } }),
    () => laptops.delete('/laptops/77'),
    () => laptops.get('/laptops/1/events'),
    () => laptops.get('/laptops', { headers: { 'Wait-For-Position': 'latest' } }),
    () => ports.post('/ports', { json: { id: 1, name: 'USB-C' } }),
  ]) {
    await assertRejectedAtOnce(send);
  }
});

test('logs each reason of the interruption once, however often the replay retries', async () => {
  // The replay retries every 250 ms.
  await eventually(async () => assert.ok(Number(await ageOf('/laptops/1')) >= 5));
  for (const stream of ['LAPTOPS', 'PORTS']) {
    const reasons = laptops.logged('replay interrupted', stream).map(({ reason }) => reason);
    assert.ok(reasons.length > 0);
    assert.equal(reasons, [...new Set(reasons)]);
    assert.ok(reasons.length <= 3, reasons.join());
  }
});

test.after(async () => {
  await Promise.all([laptops, ports].map((service) => service.stop()));
  await connection.nc.close();
  await broker.close();
});
test.run();
