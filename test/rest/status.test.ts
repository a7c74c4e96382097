/** `GET /laptops/status`: the status of one replica. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { ServiceStatus, StatusSample } from '../../src/kit/api/responses/documents.ts';
import { eventually } from '../support/eventually.ts';
import { assertProblem } from '../support/http/http.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops');
const ports = await system.start('ports');

async function readStatus(): Promise<ServiceStatus> {
  const response = await laptops.get('/laptops/status');
  assert.is(response.status, 200);
  assert.is(response.headers.get('Cache-Control'), 'no-store');
  const status = ServiceStatus.parse(response.body);
  assert.is(response.headers.get('Stream-Position'), String(status.streams['LAPTOPS']?.applied));
  return status;
}

const replicaStatus = suite('the status of a replica');

replicaStatus('reports zero positions and counts while the streams are empty', async () => {
  const { startedAt, replica, version, process, broker, ...figures } = await readStatus();
  assert.ok(Date.parse(startedAt) <= Date.now());
  assert.match(replica, `-${laptops.pid}`);
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.ok(process.heapBytes < process.heapLimitBytes && process.heapBytes < process.memoryBytes);
  assert.ok(process.eventLoopDelayMs >= 0);
  assert.match(broker?.server ?? '', /\w/);
  assert.equal(broker?.peers, []);
  assert.equal(figures, {
    service: 'laptops',
    stream: 'LAPTOPS',
    streams: { LAPTOPS: { applied: 0, last: 0 }, PORTS: { applied: 0, last: 0 } },
    entities: 0,
    rejected: 0,
    followers: 0,
    brokerDownSince: null,
    appends: { count: 0, medianMs: null, p99Ms: null },
    snapshot: null,
    snapshotEvery: 10_000,
    natsUrl: system.broker.url,
    traceUrl: null,
  });
});
replicaStatus(
  'reports the position in each stream and counts entities, appends and rejected messages',
  async () => {
    await ports.post('/ports', { json: { id: 1, name: 'USB-C' } });
    for (const id of [1, 2, 3])
      await laptops.post('/laptops', { json: { id, title: 'Lenovo', model: 'S3' } });
    // A rejected command is not counted as an append.
    assertProblem(await laptops.post('/laptops', { json: { id: 3, title: 'a', model: 'b' } }), 'conflict');
    await publishAll(system.connection.nc, [laptopAdded(1)]);
    const { streams, entities, rejected, appends } = await eventually(async () => {
      const status = await readStatus();
      assert.is(status.streams['LAPTOPS']?.applied, 4);
      assert.is(status.streams['PORTS']?.last, 1);
      return status;
    });
    assert.equal(streams, { LAPTOPS: { applied: 4, last: 4 }, PORTS: { applied: 1, last: 1 } });
    assert.is(entities, 3);
    assert.is(rejected, 1);
    assert.is(appends.count, 3);
    assert.ok((appends.medianMs ?? 0) > 0 && (appends.p99Ms ?? 0) >= (appends.medianMs ?? Infinity));
  },
);
replicaStatus('keeps samples of the last minutes', async () => {
  const samples = await eventually(async () => {
    const response = await laptops.get('/laptops/status/history');
    const found = z.array(StatusSample).parse(response.body);
    assert.ok(found.length > 1);
    assert.is(found.at(-1)?.applied, 4);
    return found;
  });
  assert.is(samples[0]?.applied, 0);
  assert.is(samples.at(-1)?.lag, 0);
});
replicaStatus('has the latest snapshot', async () => {
  const writer = await system.start('laptops', { env: { SNAPSHOT_EVERY: '1' } });
  await eventually(async () => {
    const { snapshot } = ServiceStatus.parse((await writer.get('/laptops/status')).body);
    assert.is(snapshot?.position, 4);
    assert.ok((snapshot?.bytes ?? 0) > 0 && Date.parse(snapshot?.time ?? '') <= Date.now());
  });
  await writer.stop();
});
replicaStatus('counts the open event streams', async () => {
  const stop = new AbortController();
  const following = await fetch(`${laptops.url}/laptops/events`, { signal: stop.signal });
  assert.is((await readStatus()).followers, 1);
  stop.abort();
  await following.text().catch(() => undefined);
  await eventually(async () => assert.is((await readStatus()).followers, 0));
});
replicaStatus('reports the start of a broker outage, and no last positions while it lasts', async () => {
  const before = Date.now();
  await system.broker.kill();
  const { brokerDownSince, streams } = await eventually(async () => {
    const status = await readStatus();
    assert.is.not(status.brokerDownSince, null);
    return status;
  });
  assert.ok(Date.parse(brokerDownSince ?? '') >= before - 1000);
  assert.equal(streams['LAPTOPS'], { applied: 4, last: null });
  await system.broker.restart();
  await eventually(async () =>
    assert.equal((await readStatus()).streams['LAPTOPS'], { applied: 4, last: 4 }),
  );
});
replicaStatus.after(() => system.close());
replicaStatus.run();
