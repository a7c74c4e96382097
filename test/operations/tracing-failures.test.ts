/** Without a collector, no tracing code is loaded. An unreachable, failing or hanging collector never delays a request. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startCollector } from '../support/observe/collector.ts';
import { eventually } from '../support/eventually.ts';
import { launchLoggedService, startLoggedService } from '../support/process/logged-service.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const folder = await mkdtemp(join(tmpdir(), 'portside-modules-'));
const start = (env: Readonly<Record<string, string>> = {}) =>
  startLoggedService('laptops', { natsUrl: broker.url, env: { OTEL_BSP_SCHEDULE_DELAY: '50', ...env } });
let id = 0;
const laptop = () => ({ json: { id: (id += 1), title: 'Lenovo', model: 'S3' } });
const unavailableMessage = 'trace collector unavailable; spans are dropped';

/** Runs a replica and returns the @opentelemetry packages that it has loaded by the time it exits. */
async function loadedPackages(env: Readonly<Record<string, string>>): Promise<string[]> {
  const file = join(folder, `${id}.json`);
  const report = `
    import { createRequire } from 'node:module';
    import { writeFileSync } from 'node:fs';
    const { cache } = createRequire('file:///x');
    process.on('exit', () => writeFileSync(${JSON.stringify(file)}, JSON.stringify(Object.keys(cache))));`;
  const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(report)}`;
  const service = await start({ ...env, NODE_OPTIONS });
  assert.is((await service.post('/laptops', laptop())).status, 201);
  assert.is(await service.stop(), 0);
  const modules = z.array(z.string()).parse(JSON.parse(await readFile(file, 'utf8')));
  const packages = modules.flatMap((path) => /node_modules\/@opentelemetry\/([^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(packages)].toSorted();
}

const noCollector = suite('without a collector');

noCollector('a service loads only the OpenTelemetry API package that prom-client requires', async () => {
  assert.equal(await loadedPackages({}), ['api']);
  const traced = await loadedPackages({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  assert.ok(traced.includes('sdk-trace-base') && traced.includes('exporter-trace-otlp-http'));
  const disabled = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' };
  assert.equal(await loadedPackages(disabled), ['api']);
});

noCollector("a service stores the client's traceparent in the event and logs the trace id", async () => {
  const service = await start({ LOG_LEVEL: 'debug' });
  const traceId = 'c'.repeat(32);
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
  const body = laptop();
  assert.is((await service.post('/laptops', { ...body, headers: { traceparent } })).status, 201);
  const subject = `laptops.events.${body.json.id}`;
  const stored = await jsm.streams.getMessage('LAPTOPS', { last_by_subj: subject });
  assert.is(stored?.header.get('traceparent'), traceparent);
  assert.is((await service.awaitLog('request handled'))['traceId'], traceId);
  await service.stop();
});

noCollector.run();

const collectorTests = suite('a collector');

collectorTests('that is unreachable does not affect requests and is logged once', async () => {
  const stopped = await startCollector();
  await stopped.close();
  const service = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: stopped.url,
    OTEL_EXPORTER_OTLP_TIMEOUT: '300',
  });
  for (let count = 0; count < 20; count++) {
    assert.is((await service.post('/laptops', laptop())).status, 201);
  }
  await service.awaitLog(unavailableMessage);
  assert.is((await fetch(`${service.probeUrl}/readyz`)).status, 200);
  assert.is(await service.stop(), 0);
  assert.is(service.logged(unavailableMessage).length, 1);
});

collectorTests('that rejects spans and then recovers receives spans again', async () => {
  const collector = await startCollector();
  collector.setBehaviour('reject');
  const service = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  assert.is((await service.post('/laptops', laptop())).status, 201);
  await service.awaitLog(unavailableMessage);
  collector.setBehaviour('accept');
  await eventually(async () => {
    assert.is((await service.post('/laptops', laptop())).status, 201);
    assert.ok(collector.spans.length > 0);
  });
  await service.awaitLog('trace collector available again');
  assert.is(await service.stop(), 0);
  await collector.close();
});

collectorTests('that never responds delays neither requests nor shutdown', async () => {
  const collector = await startCollector();
  collector.setBehaviour('hang');
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, SHUTDOWN_TIMEOUT_SECONDS: '60' };
  const service = await start(env);
  for (let count = 0; count < 20; count++) {
    assert.is((await service.post('/laptops', laptop())).status, 201);
  }
  await eventually(() => assert.ok(collector.requests > 0));
  const started = performance.now();
  assert.is(await service.stop(), 0);
  // The default timeouts are 10 s for the exporter and 30 s for the span processor.
  const milliseconds = performance.now() - started;
  assert.ok(milliseconds < 8_000, `it took ${milliseconds} ms`);
  await collector.close();
});

collectorTests('receives the remaining spans on shutdown', async () => {
  const collector = await startCollector();
  const service = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '3600000',
  });
  assert.is((await service.post('/laptops', laptop())).status, 201);
  assert.equal(collector.spans, []);
  assert.is(await service.stop(), 0);
  assert.ok(collector.spans.some(({ name }) => name === 'POST /laptops'));
  await collector.close();
});

collectorTests('with an invalid URL makes the service exit with 1 at startup', async () => {
  const service = launchLoggedService('laptops', {
    natsUrl: broker.url,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
  });
  assert.is(await service.exited, 1);
});

collectorTests.after(async () => {
  await connection.nc.close();
  await broker.close();
  await rm(folder, { recursive: true });
});
collectorTests.run();
