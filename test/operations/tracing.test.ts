/** One trace covers a REST or NATS request, the append, and the fold in every replica. */

import { headers } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { traceparentHeader } from '../../src/kit/nats/connection/headers.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startCollector, type CollectedSpan } from '../support/observe/collector.ts';
import { eventually } from '../support/eventually.ts';
import { startLoggedService } from '../support/process/logged-service.ts';
import { publishAll } from '../support/broker/publish.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const collector = await startCollector();
const env = {
  LOG_LEVEL: 'debug',
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_BSP_SCHEDULE_DELAY: '50',
  OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
};
const start = (more = {}) => startLoggedService('laptops', { natsUrl: broker.url, env: { ...env, ...more } });
const [one, two] = await Promise.all([start(), start()]);
// Span kinds of OTLP.
const server = 2;
const producer = 4;
const consumer = 5;

let traces = 0;
/** Creates a traceparent as sent by a client that starts a trace. */
function beginTrace(flags = '01') {
  traces += 1;
  const traceId = traces.toString(16).padStart(32, '0');
  return { traceId, spanId: 'b7ad6b7169203331', traceparent: `00-${traceId}-b7ad6b7169203331-${flags}` };
}

const spansOf = (traceId: string) => collector.spans.filter((span) => span.traceId === traceId);
const findSpan = (traceId: string, name: string) => spansOf(traceId).find((span) => span.name === name);
const linked = ({ traceId, spanId }: CollectedSpan) =>
  collector.spans.filter(({ links }) =>
    links.some((link) => link.traceId === traceId && link.spanId === spanId),
  );

/** Waits for the spans of a write: the request, the append, and the fold in both replicas. */
async function awaitWrite(traceId: string, request: string) {
  return eventually(() => {
    // A replica with a stale view retries, so there may be several append spans; only one has the outcome `written`.
    const appendSpan = spansOf(traceId).find(
      ({ name, attributes }) => name === 'append LAPTOPS' && attributes['portside.outcome'] === 'written',
    );
    const requestSpan = findSpan(traceId, request);
    assert.ok(requestSpan !== undefined && appendSpan !== undefined, 'request or append span missing');
    const folds = linked(appendSpan);
    const replicas = new Set(folds.map(({ resource }) => resource['service.instance.id']));
    assert.is(replicas.size, 2, 'fold spans missing');
    return { requestSpan, appendSpan, folds };
  });
}

async function lastTraceparent(subject: string): Promise<string | undefined> {
  const stored = await jsm.streams.getMessage('LAPTOPS', { last_by_subj: subject });
  return stored?.header.get(traceparentHeader);
}

const test = suite('a trace');

test('covers an HTTP request, its append, and the fold in every replica', async () => {
  const { traceId, spanId, traceparent } = beginTrace();
  const json = { id: 1, title: 'Lenovo', model: 'S3' };
  const response = await one.post('/laptops', { json, headers: { traceparent } });
  assert.is(response.status, 201);
  const { requestSpan, appendSpan, folds } = await awaitWrite(traceId, 'POST /laptops');
  assert.is(requestSpan.kind, server);
  assert.is(requestSpan.parentSpanId, spanId);
  assert.is(requestSpan.attributes['http.response.status_code'], 201);
  assert.is(requestSpan.resource['service.name'], 'laptops');
  assert.is(requestSpan.resource['deployment.environment.name'], 'test');
  assert.is(appendSpan.kind, producer);
  assert.is(appendSpan.parentSpanId, requestSpan.spanId);
  assert.is(appendSpan.attributes['portside.outcome'], 'written');
  assert.is(appendSpan.attributes['portside.position'], 1);
  for (const fold of folds) {
    assert.is(fold.name, 'fold LAPTOPS');
    assert.is(fold.kind, consumer);
    // A message that is folded alone continues the trace of its writer.
    assert.is(fold.traceId, traceId);
    assert.is(fold.parentSpanId, appendSpan.spanId);
    assert.is(fold.attributes['portside.position'], 1);
  }
  assert.is(await lastTraceparent('laptops.events.1'), `00-${traceId}-${appendSpan.spanId}-01`);
});

test('covers a NATS request and its append', async () => {
  const { traceId, spanId, traceparent } = beginTrace();
  const fields = headers();
  fields.set('traceparent', traceparent);
  const payload = JSON.stringify({ id: 1, title: 'Lenovo', model: 'S4' });
  await connection.nc.request('laptops.commands.revise', payload, { headers: fields, timeout: 10_000 });
  const { requestSpan, appendSpan } = await awaitWrite(traceId, 'laptops.commands.revise');
  assert.is(requestSpan.kind, server);
  assert.is(requestSpan.parentSpanId, spanId);
  assert.is(appendSpan.parentSpanId, requestSpan.spanId);
});

test('starts with the request if the client sends no valid traceparent', async () => {
  for (const traceparent of [undefined, 'not a traceparent', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`]) {
    const id = 10 + collector.spans.length;
    const json = { id, title: 'Lenovo', model: 'S3' };
    await two.post('/laptops', { json, ...(traceparent && { headers: { traceparent } }) });
    const stored = await lastTraceparent(`laptops.events.${id}`);
    assert.match(stored ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const { requestSpan } = await awaitWrite(stored?.slice(3, 35) ?? '', 'POST /laptops');
    assert.is(requestSpan.parentSpanId ?? '', '');
  }
});

test('is linked to the span of a batch of folded messages, which does not continue the trace', async () => {
  const writers = Array.from({ length: 300 }, () => beginTrace());
  const fields = (traceparent: string) => {
    const each = headers();
    each.set('traceparent', traceparent);
    return each;
  };
  const payload = JSON.stringify({ type: 'LaptopRevised', title: 'Lenovo' });
  for (const { traceparent } of writers) {
    connection.nc.publish('laptops.events.1', payload, { headers: fields(traceparent) });
  }
  await connection.nc.flush();
  const folds = await eventually(() => {
    const found = collector.spans.filter(({ links }) =>
      links.some(({ traceId }) => writers.some((writer) => writer.traceId === traceId)),
    );
    const count = found.reduce((sum, { links }) => sum + links.length, 0);
    assert.is(count, 2 * writers.length);
    return found;
  });
  const batches = folds.filter(({ links }) => links.length > 1);
  assert.ok(batches.length > 0);
  for (const { traceId, parentSpanId, links, attributes } of batches) {
    assert.is(parentSpanId ?? '', '');
    assert.ok(writers.every((writer) => writer.traceId !== traceId));
    assert.is(attributes['messaging.batch.message_count'], links.length);
  }
});

test('without the sampled flag is propagated but not recorded', async () => {
  const { traceId, traceparent } = beginTrace('00');
  await one.put('/laptops/1', { json: { title: 'Unsampled', model: 'S5' }, headers: { traceparent } });
  assert.match((await lastTraceparent('laptops.events.1')) ?? '', new RegExp(`^00-${traceId}-.*-00$`));
  // Once the spans of a later request have been collected, those of this one would have been collected too.
  const later = beginTrace();
  const response = await one.put('/laptops/1', {
    json: { title: 'Sampled', model: 'S5' },
    headers: { traceparent: later.traceparent },
  });
  assert.is(response.status, 200);
  const { folds } = await awaitWrite(later.traceId, 'PUT /laptops/{id}');
  assert.ok(folds.length > 0);
  assert.equal(spansOf(traceId), []);
});

test('marks a server error as an error, but not a client error', async () => {
  const [missing, late] = [beginTrace(), beginTrace()];
  await one.get('/laptops/999999', { headers: { traceparent: missing.traceparent } });
  await one.get('/laptops/1', {
    headers: { traceparent: late.traceparent, 'Wait-For-Position': '100000', Prefer: 'wait=0' },
  });
  const name = 'GET /laptops/{id}';
  const [wrong, failed] = await eventually(() => {
    const found = [findSpan(missing.traceId, name), findSpan(late.traceId, name)];
    assert.ok(found.every((span) => span !== undefined));
    return found;
  });
  assert.is(wrong?.status.code, 0);
  assert.is(wrong?.attributes['error.type'], 'not-found');
  assert.is(failed?.status.code, 2);
  assert.is(failed?.attributes['error.type'], 'unavailable');
});

test('has its id in the log entries of REST and NATS requests', async () => {
  const [http, nats] = [beginTrace(), beginTrace()];
  await one.get('/laptops/999999', { headers: { traceparent: http.traceparent } });
  const fields = headers();
  fields.set('traceparent', nats.traceparent);
  await connection.nc.request('laptops.queries.get', '{"id":999999}', { headers: fields, timeout: 10_000 });
  await eventually(() => {
    const lines = [one, two].flatMap((replica) => replica.logged('request handled'));
    for (const { traceId } of [http, nats]) {
      assert.ok(lines.some((line) => line['traceId'] === traceId && line['status'] === 404));
    }
  });
});

test('does not include the fold of a message without a traceparent', async () => {
  const before = collector.spans.length;
  await publishAll(connection.nc, [
    { subject: 'laptops.events.1', payload: '{"type":"LaptopRevised","title":"plain"}' },
  ]);
  const { traceId, traceparent } = beginTrace();
  await one.put('/laptops/1', { json: { title: 'Traced', model: 'S6' }, headers: { traceparent } });
  await awaitWrite(traceId, 'PUT /laptops/{id}');
  const folds = collector.spans.slice(before).filter(({ name }) => name === 'fold LAPTOPS');
  assert.ok(folds.every((fold) => fold.links.every((link) => link.traceId === traceId)));
});

test.after(async () => {
  await Promise.all([one, two].map((replica) => replica.stop()));
  await collector.close();
  await connection.nc.close();
  await broker.close();
});
test.run();
