/** Titles are checked and normalized at every entrance: REST, NATS requests, published events and the import. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { assertProblem } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';
import { createTestFiles, readEvents, startImport } from '../support/scripts/import.ts';

const { broker, connection, jsm, start, close } = await startTestSystem();
const { nc } = connection;
const laptops = await start('laptops');
const files = createTestFiles();

const headersOf = { headers: { 'Wait-For-Position': 'latest' } };
const Problem = z.object({ errors: z.array(z.object({ pointer: z.string(), detail: z.string() })) });
const errorsOf = (body: unknown) =>
  Problem.parse(body).errors.map(({ pointer, detail }) => `${pointer} ${detail}`);

const request = async (subject: string, payload: object) => {
  const reply = await nc.request(subject, JSON.stringify(payload));
  return { code: reply.headers?.get('Nats-Service-Error-Code') ?? '', body: reply.json() };
};
const publish = async (id: number, title: string) =>
  (
    await nc.request(`laptops.events.${id}`, JSON.stringify({ type: 'LaptopAdded', title, model: 'S3' }))
  ).json<{
    seq: number;
  }>().seq;
const Rejection = z.object({ position: z.int(), reason: z.string() });

assert.is((await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } })).status, 201);
const badTexts = [
  ['a\0b', 'must not contain the control character U+0000 at position 2'],
  ['S3\u202egpj', 'must not contain the bidirectional control U+202E at position 3'],
  ['\u200b\u2060', 'must contain a visible character; U+200B at position 1 is not visible'],
  ['\ufffe', 'must not contain the noncharacter U+FFFE at position 1'],
] as const;

const refusing = suite('a text that cannot be shown');

for (const [title, message] of badTexts) {
  const expected = [`/title ${message}`];
  refusing(`is refused over REST: ${JSON.stringify(title)}`, async () => {
    for (const response of [
      await laptops.post('/laptops', { json: { title, model: 'S3' } }),
      await laptops.put('/laptops/1', { json: { title, model: 'S3' } }),
    ]) {
      assertProblem(response, 'invalid');
      assert.equal(errorsOf(response.body), expected);
    }
  });
  refusing(`is refused in a NATS request: ${JSON.stringify(title)}`, async () => {
    for (const [subject, payload] of [
      ['laptops.commands.add', { title, model: 'S3' }],
      ['laptops.commands.revise', { id: 1, title, model: 'S3' }],
    ] as const) {
      const { code, body } = await request(subject, payload);
      assert.is(code, '422');
      assert.equal(errorsOf(body), expected);
    }
  });
  refusing(`is refused in a published event: ${JSON.stringify(title)}`, async () => {
    const position = await publish(2, title);
    assert.is((await laptops.get('/laptops/2', headersOf)).status, 404);
    const rejections = z.array(Rejection).parse((await laptops.get('/laptops/rejections')).body);
    assert.equal(rejections.at(-1), { position, reason: `LaptopAdded: title: ${message}` });
  });
}
refusing('is refused by the import, which stores the other rows', async () => {
  const rows = badTexts.map(([title], index) => ({ id: 20 + index, title, model: 'S3' }));
  const file = files.write(
    'bad.ndjson',
    [...rows, { id: 30, title: 'Good', model: 'S3' }].map((row) => JSON.stringify(row)).join('\n'),
  );
  const { code, stdout, stderr } = await startImport(broker.url, [file]).ended;
  assert.is(code, 1);
  for (const [, message] of badTexts) assert.ok(`${stdout}${stderr}`.includes(`title: ${message}`), message);
  assert.is((await laptops.get('/laptops/20', headersOf)).status, 404);
  assert.is((await laptops.get('/laptops/30', headersOf)).status, 200);
});

const composed = 'Portégé 日本 한글';
const decomposed = composed.normalize('NFD');
assert.is.not(decomposed, composed);
const titleOf = async (id: number) =>
  z.object({ title: z.string() }).parse((await laptops.get(`/laptops/${id}`, headersOf)).body).title;
const Ids = z.array(z.object({ id: z.int() }));
const idsOf = (body: unknown) => Ids.parse(body).map(({ id }) => id);

const normalizing = suite('a text with two spellings');

normalizing('is stored in NFC by REST, by NATS requests and by the import', async () => {
  await laptops.post('/laptops', { json: { id: 41, title: decomposed, model: 'S3' } });
  await request('laptops.commands.add', { id: 42, title: decomposed, model: 'S3' });
  const file = files.write('decomposed.csv', `id,title,model\n43,${decomposed},S3\n`);
  assert.is((await startImport(broker.url, [file]).ended).code, 0);
  for (const id of [41, 42, 43]) assert.is(await titleOf(id), composed);
  const events = await readEvents(connection, jsm, 'LAPTOPS');
  assert.equal(events.get('laptops.events.41'), [{ type: 'LaptopAdded', title: composed, model: 'S3' }]);
});
normalizing('is kept as it is in a published event', async () => {
  await publish(44, decomposed);
  assert.is(await titleOf(44), decomposed);
});
for (const [form, title] of [
  ['NFC', composed],
  ['NFD', decomposed],
] as const) {
  normalizing(`is found by a filter in ${form}, over REST and NATS, now and at a point in time`, async () => {
    const query = `title=${encodeURIComponent(title)}`;
    assert.equal(idsOf((await laptops.get(`/laptops?${query}`)).body), [41, 42, 43, 44]);
    assert.equal(
      idsOf((await laptops.get(`/laptops?${query}&asOf=${await lastPosition()}`)).body),
      [41, 42, 43, 44],
    );
    const { body } = await request('laptops.queries.list', { title });
    assert.equal(idsOf(z.object({ laptops: Ids }).parse(body).laptops), [41, 42, 43, 44]);
  });
}
normalizing('is in one place of a sorted list, also across pages', async () => {
  await laptops.post('/laptops', { json: { id: 45, title: 'Portf', model: 'S3' } });
  const ids: number[] = [];
  let path: string | undefined = '/laptops?sort=title&limit=1';
  while (path !== undefined) {
    const response = await laptops.get(path);
    ids.push(...idsOf(response.body));
    path = /<([^>]+)>; rel="next"/.exec(response.headers.get('Link') ?? '')?.[1];
  }
  const found = ids.filter((id) => id > 40);
  assert.equal(found, [45, 41, 42, 43, 44]);
});
normalizing('has no effect if it is sent again in the other spelling', async () => {
  const before = await laptops.get('/laptops/41');
  const response = await laptops.put('/laptops/41', { json: { title: decomposed, model: 'S3' } });
  assert.is(response.headers.get('ETag'), before.headers.get('ETag'));
});
normalizing('is another request under the same idempotency key', async () => {
  const add = (title: string) =>
    laptops.post('/laptops', { json: { title, model: 'S3' }, headers: { 'Idempotency-Key': 'spelling' } });
  assert.is((await add(composed)).status, 201);
  assertProblem(await add(decomposed), 'invalid', /already used/);
});
normalizing('may be longer once it is normalized, up to the limit', async () => {
  const expanding = '\u0958';
  assert.is(expanding.normalize().length, 2);
  const add = (length: number) =>
    laptops.post('/laptops', { json: { title: expanding.repeat(length), model: 'S3' } });
  assert.is((await add(100)).status, 201);
  assertProblem(await add(101), 'invalid');
});
normalizing.after(async () => {
  files.close();
  await close();
});

async function lastPosition() {
  return (await jsm.streams.info('LAPTOPS')).state.last_seq;
}

refusing.run();
normalizing.run();
