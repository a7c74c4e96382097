import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { startLoggedService } from '../support/process/logged-service.ts';
import { readMetrics, valueOf } from '../support/observe/metrics.ts';
import { publishAll } from '../support/broker/publish.ts';
import { startTcpProxy } from '../support/broker/tcp-proxy.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const env = { LOG_LEVEL: 'fatal', SNAPSHOT_EVERY: '5' };
const [laptops, ports] = await Promise.all(
  ['laptops', 'ports'].map((name) => startLoggedService(name, { natsUrl: broker.url, env })),
);
assert.ok(laptops !== undefined && ports !== undefined);

const own = { service_name: 'laptops' };
const stream = { ...own, stream: 'LAPTOPS' };
const read = async (name: string, labels: Readonly<Record<string, string>> = own) =>
  valueOf(await readMetrics(laptops), name, labels);
/** Waits until the metric has this value. */
const awaitValue = (name: string, value: number, labels: Readonly<Record<string, string>> = own) =>
  eventually(async () => assert.is(await read(name, labels), value, `${name} ${JSON.stringify(labels)}`));

const test = suite('metrics');

test('are in the Prometheus text format and include the Node.js metrics', async () => {
  const response = await fetch(`${ports.probeUrl}/metrics`);
  assert.is(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const samples = await readMetrics(ports);
  assert.ok(samples.every(({ labels }) => labels['service_name'] === 'ports'));
  assert.is(valueOf(samples, 'portside_ready'), 1);
  assert.is(valueOf(samples, 'portside_nats_connected'), 1);
  assert.is(valueOf(samples, 'portside_build_info', { node_version: process.version }), 1);
  assert.ok((valueOf(samples, 'process_resident_memory_bytes') ?? 0) > 1_000_000);
  assert.ok(valueOf(samples, 'nodejs_eventloop_lag_p99_seconds') !== undefined);
});

test('count HTTP requests by route, not by path', async () => {
  const name = 'portside_http_request_duration_seconds_count';
  await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } });
  for (const path of ['/laptops/1', '/laptops/2', '/laptops/3', '/nowhere/1', '/nowhere/2'])
    await laptops.get(path);
  await laptops.post('/laptops/1');
  assert.is(await read(name, { method: 'POST', route: '/laptops', status: '201' }), 1);
  assert.is(await read(name, { method: 'GET', route: '/laptops/{id}', status: '200' }), 1);
  assert.is(await read(name, { method: 'GET', route: '/laptops/{id}', status: '404' }), 2);
  assert.is(await read(name, { method: 'GET', route: '', status: '404' }), 2);
  assert.is(await read(name, { method: 'POST', route: '/laptops/{id}', status: '405' }), 1);
  await ports.get('/port/1');
  const route = { method: 'GET', route: '/ports/{id}', status: '404' };
  assert.is(
    valueOf(await readMetrics(ports), name, route),
    1,
    'an alias is counted under the canonical route',
  );
});

test('count commands and queries over NATS', async () => {
  const name = 'portside_nats_request_duration_seconds_count';
  await connection.nc.request('laptops.commands.add', '{"id":2,"title":"Lenovo","model":"S4"}');
  await connection.nc.request('laptops.queries.get', '{"id":2}');
  await connection.nc.request('laptops.queries.get', '{"id":77}');
  assert.is(await read(name, { subject: 'laptops.commands.add', status: '200' }), 1);
  assert.is(await read(name, { subject: 'laptops.queries.get', status: '200' }), 1);
  assert.is(await read(name, { subject: 'laptops.queries.get', status: '404' }), 1);
});

test('count appends by their outcome', async () => {
  const name = 'portside_appends_total';
  assert.is(await read(name, { ...stream, outcome: 'written' }), 2);
  assert.is(await read(name, { ...stream, outcome: 'unknown' }), 0);
  assert.is(await read('portside_append_duration_seconds_count', stream), 2);
});

test('contain the position of the view and the number of rejected messages', async () => {
  const subject = 'laptops.events.3';
  await publishAll(
    connection.nc,
    ['{"type":"LaptopRemoved"}', 'nonsense'].map((payload) => ({ subject, payload })),
  );
  await awaitValue('portside_applied_position', 4, stream);
  await awaitValue('portside_rejected_messages_total', 2, stream);
  await awaitValue('portside_pending_messages', 0, stream);
  assert.is(await read('portside_entities', stream), 3);
  assert.ok(((await read('portside_catch_up_duration_seconds', stream)) ?? -1) >= 0);
});

test('contain the age and size of the latest snapshot', async () => {
  assert.is(await read('portside_snapshot_position', stream), undefined);
  for (let id = 10; id < 20; id++)
    await laptops.post('/laptops', { json: { id, title: 'Lenovo', model: 'S3' } });
  await eventually(async () => assert.ok(((await read('portside_snapshot_position', stream)) ?? 0) >= 5));
  const writtenAt = (await read('portside_snapshot_timestamp_seconds', stream)) ?? 0;
  assert.ok(Math.abs(Date.now() / 1000 - writtenAt) < 120);
  assert.ok(((await read('portside_snapshot_size_bytes', stream)) ?? 0) > 100);
  assert.ok(((await read('portside_snapshot_attempts_total', { ...stream, outcome: 'written' })) ?? 0) >= 1);
});

test('count the clients of live events', async () => {
  await awaitValue('portside_sse_clients', 0);
  const leaving = new AbortController();
  await fetch(`${laptops.url}/laptops/events`, { signal: leaving.signal });
  await awaitValue('portside_sse_clients', 1);
  leaving.abort();
  await awaitValue('portside_sse_clients', 0);
});

test('count version conflicts, lost acknowledgements and lost connections', async () => {
  const proxy = await startTcpProxy(broker.url);
  const proxied = await startLoggedService('laptops', { natsUrl: proxy.url, env });
  const readProxied = async (name: string, labels: Readonly<Record<string, string>> = own) =>
    valueOf(await readMetrics(proxied), name, labels);
  assert.is(await readProxied('portside_command_retries_total'), 0);
  await eventually(async () => {
    // The replica misses the write of the other replica and decides on a stale view, unless it detects the gap first.
    proxy.dropNextDelivery();
    await laptops.put('/laptops/1', { json: { title: 'Lenovo', model: String(Math.random()) } });
    const response = await proxied.put('/laptops/1', {
      json: { title: 'Lenovo', model: String(Math.random()) },
    });
    assert.is(response.status, 200);
    assert.ok(((await readProxied('portside_command_retries_total')) ?? 0) > 0);
  });
  assert.ok(((await readProxied('portside_appends_total', { ...stream, outcome: 'conflict' })) ?? 0) > 0);

  assert.is(await readProxied('portside_append_retries_total', stream), 0);
  let cuts = 0;
  proxy.onPublish(() => (cuts++ === 0 ? 'cut before' : 'pass'));
  const response = await proxied.post('/laptops', { json: { id: 99, title: 'Lenovo', model: 'S3' } });
  assert.is(response.status, 201);
  assert.ok(((await readProxied('portside_append_retries_total', stream)) ?? 0) > 0);
  assert.ok(((await readProxied('portside_nats_reconnects_total')) ?? 0) > 0);

  proxy.rejectConnections();
  await eventually(async () => assert.is(await readProxied('portside_nats_connected'), 0));
  assert.is(await readProxied('portside_ready'), 1, 'reads are served from memory');
  const unavailable = await proxied.post('/laptops', { json: { title: 'Lenovo', model: 'S3' } });
  assert.is(unavailable.status, 503);
  assert.is(await readProxied('portside_appends_total', { ...stream, outcome: 'unavailable' }), 1);
  await proxied.stop();
  await proxy.close();
});

test.after(async () => {
  await Promise.all([laptops, ports].map((service) => service.stop()));
  await connection.nc.close();
  await broker.close();
});
test.run();
