/** `POST /laptops` with `application/x-ndjson` adds a laptop for each row, with one result line for each. */

import { request } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { bulkResultOf, type BulkResult } from '../../src/kit/api/commands/bulk.ts';
import { createClient } from '../../src/kit/client/create-client.ts';
import { laptopService } from '../../src/laptops/laptop.ts';
import { eventually } from '../support/eventually.ts';
import { assertProblem, type HttpResponse } from '../support/http/http.ts';
import { startTestSystem, type Replica } from '../support/process/system.ts';

const { start, countMessages, close } = await startTestSystem();
const [laptops, other, limited, ports] = await Promise.all([
  start('laptops'),
  start('laptops'),
  start('laptops', { env: { BULK_MAX_ROWS: '3', BULK_MAX_BYTES: '200' } }),
  start('ports'),
]);
const ndjson = { 'Content-Type': 'application/x-ndjson' };
const lenovo = { title: 'Lenovo', model: 'S3' };
const Result = bulkResultOf();
let lastId = 0;

function readResults(text: string): BulkResult[] {
  assert.ok(text.endsWith('\n'));
  return text
    .trimEnd()
    .split('\n')
    .map((line) => Result.parse(JSON.parse(line)));
}

const toBody = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const add = (raw: string, headers: Record<string, string> = {}, service: Replica = laptops) =>
  service.post('/laptops', { raw, headers: { ...ndjson, ...headers } });

function resultsOf({ status, headers, text }: HttpResponse): BulkResult[] {
  assert.equal([status, headers.get('Content-Type')], [200, 'application/x-ndjson'], text);
  return readResults(text);
}
const countLaptops = () => countMessages('laptops.events.*');
/** Returns `count` laptops with new ids. */
const newLaptops = (count: number) => Array.from({ length: count }, () => ({ id: (lastId += 1), ...lenovo }));

const bulk = suite('a request with rows');

bulk('adds an entity for each row, and returns the results in the order of the rows', async () => {
  const rows = newLaptops(200);
  const results = resultsOf(await add(toBody(rows)));
  assert.equal(
    results.map(({ row, status, id }) => [row, status, id]),
    rows.map(({ id }, index) => [index + 1, 201, id]),
  );
  const { headers, text } = await laptops.get('/laptops/100');
  assert.is(text, JSON.stringify({ id: 100, ...lenovo, ports: [] }));
  assert.is(headers.get('ETag'), `"${results[99]?.position}"`);
});
bulk('generates ids, and accepts a byte order mark, CRLF, blank lines and no final line break', async () => {
  const line = JSON.stringify(lenovo);
  const results = resultsOf(await add(`\ufeff${line}\r\n\r\n  \n${line}\n${line}`));
  assert.equal(
    results.map(({ row, status }) => [row, status]),
    [1, 4, 5].map((row) => [row, 201]),
  );
  assert.is(new Set(results.map(({ id }) => id)).size, 3);
});
bulk('reports the problem of a bad row, which does not stop the others', async () => {
  const [one, two] = newLaptops(2);
  const before = await countLaptops();
  const lines = [
    JSON.stringify(one),
    '{"title":',
    '{"title":"x"}',
    JSON.stringify(one),
    '{"title":"x","model":"y","model":"z"}',
    `{"title":"${'x'.repeat(66_000)}","model":"y"}`,
    '[]',
    JSON.stringify(two),
  ];
  const results = resultsOf(await add(lines.join('\n')));
  assert.equal(
    results.map(({ status }) => status),
    [201, 400, 422, 409, 400, 413, 422, 201],
  );
  assert.is(results[2]?.problem?.errors?.[0]?.pointer, '/model');
  assert.is(results[1]?.problem?.type, '/problems/malformed');
  assert.match(results[5]?.problem?.detail ?? '', 'the maximum is 65536');
  assert.is(await countLaptops(), before + 2);
});
bulk('that is repeated with its key adds no row twice, over any replica', async () => {
  const [one, two] = newLaptops(2);
  const headers = { 'Idempotency-Key': '"rows"' };
  const first = resultsOf(await add(toBody([one, { title: 'x' }, lenovo]), headers));
  assert.equal(
    first.map(({ status }) => status),
    [201, 422, 201],
  );
  const before = await countLaptops();
  // The second row was rejected, so it is decided again, and may be corrected.
  const second = resultsOf(await add(toBody([one, two, lenovo]), headers, other));
  assert.equal([second[0], second[2]], [first[0], first[2]]);
  assert.equal([second[1]?.status, second[1]?.id], [201, two?.id]);
  assert.is(await countLaptops(), before + 1);
  const changed = resultsOf(await add(toBody([{ ...one, model: 'S4' }]), headers));
  assert.match(changed[0]?.problem?.detail ?? '', /"rows#1" was already used/);
});
bulk('applies preconditions to each row', async () => {
  const [one, two] = newLaptops(2);
  await add(toBody([one]));
  const results = resultsOf(await add(toBody([one, two, lenovo]), { 'If-None-Match': '*' }));
  assert.equal(
    results.map(({ status }) => status),
    [412, 201, 201],
  );
});
bulk('works under an alias', async () => {
  const response = await ports.post('/port', { raw: '{"name":"USB-C"}\n{"name":""}', headers: ndjson });
  assert.equal(
    resultsOf(response).map(({ status }) => status),
    [201, 422],
  );
});
bulk.run();

const limits = suite('the limits of a request with rows');

limits('reject too many rows and bytes, before anything is added', async () => {
  const before = await countLaptops();
  const row = '{"title":"x","model":"y"}\n';
  assertProblem(await add(row.repeat(4), {}, limited), 'too-large', /more than 3 rows/);
  assertProblem(await add(`${row}${' '.repeat(200)}`, {}, limited), 'too-large', /larger than 200 bytes/);
  assert.is(await countLaptops(), before);
  assert.is(resultsOf(await add(row.repeat(3), {}, limited)).length, 3);
});
limits('reject a body without rows, and a long key', async () => {
  for (const text of ['', '\n \n'])
    assertProblem(await add(text), 'malformed', /one JSON object in each line/);
  const key = { 'Idempotency-Key': 'x'.repeat(241) };
  assertProblem(await add('{}', key), 'malformed', /at most 240 characters/);
});
limits('reject other media types, and say which are accepted', async () => {
  const row = JSON.stringify(lenovo);
  const other = await laptops.post('/laptops', { raw: row, headers: { 'Content-Type': 'text/csv' } });
  assertProblem(other, 'unsupported-media-type', /application\/json or application\/x-ndjson/);
  assert.is(other.headers.get('Accept'), 'application/json, application/x-ndjson');
  const put = await laptops.put('/laptops/1', { raw: row, headers: ndjson });
  assertProblem(put, 'unsupported-media-type');
  assert.is(put.headers.get('Accept'), 'application/json');
  const compressed = await add(row, { 'Content-Encoding': 'gzip' });
  assertProblem(compressed, 'unsupported-media-type', /compressed/);
  assertProblem(await add(row, { Accept: 'application/json' }), 'not-acceptable', /application\/x-ndjson/);
});
limits('are documented', async () => {
  const Content = z.record(z.string(), z.object({ schema: z.looseObject({}) }));
  const Document = z.object({
    paths: z.looseObject({
      '/laptops': z.object({
        post: z.object({
          requestBody: z.object({ content: Content }),
          responses: z.looseObject({ 200: z.object({ description: z.string(), content: Content }) }),
        }),
      }),
    }),
  });
  const { post } = Document.parse((await limited.get('/openapi.json')).body).paths['/laptops'];
  assert.equal(Object.keys(post.requestBody.content), ['application/json', 'application/x-ndjson']);
  const { schema } = post.requestBody.content['application/x-ndjson'] ?? {};
  assert.match(String(schema?.['description']), /at most 3 rows and 200 bytes/);
  assert.equal(Object.keys(post.responses[200].content), ['application/x-ndjson']);
});
limits.run();

const client = suite('addMany of the typed client');

client('yields a result for each entity, over several requests', async () => {
  const typed = createClient(laptops.url, laptopService);
  const rows = newLaptops(25);
  const ids: unknown[] = [];
  for await (const { row, id, problem } of typed.addMany([...rows, { title: '', model: 'x' }], {
    pageSize: 10,
  })) {
    assert.is(row, ids.length + 1);
    ids.push(id ?? problem?.status);
  }
  assert.equal(ids, [...rows.map(({ id }) => id), 422]);
});
client('can be repeated with its key', async () => {
  const typed = createClient(other.url, laptopService);
  const rows = newLaptops(15);
  const before = await countLaptops();
  for (let times = 0; times < 2; times++) {
    for await (const { status } of typed.addMany(rows, { idempotencyKey: 'many', pageSize: 10 }))
      assert.is(status, 201);
  }
  assert.is(await countLaptops(), before + 15);
});
client.run();

const interruptions = suite('a request with rows that is interrupted');

/** Sends rows, and resolves with the response when the first result has arrived. */
function begin(service: Replica, body: string, key: string) {
  const sent = request(`${service.url}/laptops`, {
    method: 'POST',
    headers: { ...ndjson, 'Idempotency-Key': key },
    agent: false,
  });
  sent.end(body);
  let text = '';
  const all = new Promise<string>((resolve) => {
    sent.once('error', () => resolve(text));
    sent.once('response', (response) => {
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.once('close', () => resolve(text));
      response.on('error', () => undefined);
    });
  });
  const first = eventually(async () => assert.ok(text.includes('\n')));
  return { sent, first, all };
}

interruptions('by its client begins no further rows, and is completed by a repetition', async () => {
  const rows = newLaptops(3000);
  const body = toBody(rows);
  const before = await countLaptops();
  const { sent, first } = begin(laptops, body, 'hang-up');
  await first;
  sent.destroy();
  let stored = -1;
  await eventually(async () => {
    const now = await countLaptops();
    const isSettled = now === stored;
    stored = now;
    assert.ok(isSettled);
  });
  assert.ok(stored > before && stored < before + 3000, `${stored - before} of 3000 were added`);
  const results = resultsOf(await add(body, { 'Idempotency-Key': 'hang-up' }));
  assert.equal(new Set(results.map(({ status }) => status)), new Set([201]));
  assert.is(await countLaptops(), before + 3000);
});
interruptions('by a shutdown reports which rows were added', async () => {
  const rows = newLaptops(3000);
  const before = await countLaptops();
  const { first, all } = begin(other, toBody(rows), 'shutdown');
  await first;
  assert.is(await other.stop(), 0);
  const results = readResults(await all);
  assert.is(results.length, 3000);
  const added = results.filter(({ status }) => status === 201).length;
  const refused = results.filter(({ problem }) => /service is stopping/.test(problem?.detail ?? ''));
  assert.is(added + refused.length, 3000);
  assert.ok(added > 0 && refused.length > 0, `${added} were added`);
  assert.is(await countLaptops(), before + added);
});
interruptions.after(close);
interruptions.run();
