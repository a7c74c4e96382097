/** `GET /laptops/log`: the stored messages by position, in bounded steps, and one message as it is stored. */

import { jetstream } from '@nats-io/jetstream';
import { headers as createHeaders } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { assertProblem } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, start, close } = await startTestSystem();
const js = jetstream(connection.nc);
const laptops = await start('laptops');

const Entry = z.object({
  position: z.int(),
  time: z.iso.datetime(),
  subject: z.string(),
  id: z.int().optional(),
  actor: z.string().optional(),
  event: z.looseObject({ type: z.string() }).optional(),
  rejected: z.string().optional(),
  payload: z.string().optional(),
});
const Page = z.object({
  from: z.int(),
  to: z.int(),
  next: z.int().optional(),
  last: z.int(),
  entries: z.array(Entry),
});

async function readPage(query: Record<string, string | number> = {}) {
  const parameters = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  const search = new URLSearchParams(parameters).toString();
  const response = await laptops.get(`/laptops/log?${search}`, {
    headers: { 'Wait-For-Position': 'latest' },
  });
  assert.is(response.status, 200, response.text);
  return Page.parse(response.body);
}

const positionsOf = ({ entries }: z.infer<typeof Page>) => entries.map(({ position }) => position);

async function publish(subject: string, payload: string | Uint8Array, fields: Record<string, string> = {}) {
  const headers = createHeaders();
  for (const [name, value] of Object.entries(fields)) headers.append(name, value);
  return (await js.publish(subject, payload, { headers })).seq;
}

const log = suite('the log');

log('is empty for an empty stream', async () => {
  assert.equal(await readPage(), { from: 1, to: 0, last: 0, entries: [] });
});
log('has accepted and rejected messages by position, these with the reason and the payload', async () => {
  await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } });
  await publish('laptops.events.2', '{"type":"LaptopAdded","title":"Dell","model":"XPS"}', {
    'Portside-Actor': 'mia',
  });
  await publish('laptops.events.1', 'not JSON');
  await publish('laptops.events.1', '{"type":"LaptopAdded","title":"IBM","model":"T60"}');
  await publish('laptops.events.x', '{}');
  const { from, to, next, last, entries } = await readPage();
  assert.equal({ from, to, next, last }, { from: 1, to: 5, next: undefined, last: 5 });
  assert.equal(
    entries.map(({ time: _time, ...entry }) => entry),
    [
      {
        position: 1,
        subject: 'laptops.events.1',
        id: 1,
        event: { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' },
      },
      {
        position: 2,
        subject: 'laptops.events.2',
        id: 2,
        actor: 'mia',
        event: { type: 'LaptopAdded', title: 'Dell', model: 'XPS' },
      },
      { position: 3, subject: 'laptops.events.1', id: 1, payload: 'not JSON', rejected: 'not JSON' },
      {
        position: 4,
        subject: 'laptops.events.1',
        id: 1,
        event: { type: 'LaptopAdded', title: 'IBM', model: 'T60' },
        rejected: 'the laptop already exists',
      },
      {
        position: 5,
        subject: 'laptops.events.x',
        payload: '{}',
        rejected: 'the subject does not end in an id (1, 2, 3 …)',
      },
    ],
  );
});
log('can be filtered by type, id, actor, text and rejection', async () => {
  assert.equal(positionsOf(await readPage({ type: 'LaptopAdded' })), [1, 2, 4]);
  assert.equal(positionsOf(await readPage({ id: 1 })), [1, 3, 4]);
  assert.equal(positionsOf(await readPage({ id: 99 })), []);
  assert.equal(positionsOf(await readPage({ actor: 'mia' })), [2]);
  assert.equal(positionsOf(await readPage({ text: 'xps' })), [2]);
  assert.equal(positionsOf(await readPage({ text: 'NOT json' })), [3]);
  assert.equal(positionsOf(await readPage({ rejected: 'true' })), [3, 4, 5]);
  assert.equal(positionsOf(await readPage({ rejected: 'false', id: 1 })), [1]);
  assert.equal(positionsOf(await readPage({ type: 'LaptopAdded', id: 1, text: 't60' })), [4]);
});
log('examines at most `limit` messages, and says where to continue', async () => {
  const first = await readPage({ limit: 2, type: 'LaptopRemoved' });
  assert.equal(first, { from: 1, to: 2, next: 3, last: 5, entries: [] });
  assert.equal(positionsOf(await readPage({ from: 3, to: 4 })), [3, 4]);
  const ofEntity = await readPage({ limit: 1, id: 1 });
  assert.equal([ofEntity.to, ofEntity.next], [1, 2]);
  const rest = await readPage({ from: 2, limit: 2, id: 1 });
  assert.equal(positionsOf(rest), [3, 4]);
});
log('is read completely by following `next`', async () => {
  await publishAll(
    connection.nc,
    Array.from({ length: 2500 }, (_, index) => laptopAdded(100 + index)),
  );
  for (const limit of [700, 1000, 10_000]) {
    const found: number[] = [];
    for (let from: number | undefined = 1; from !== undefined;) {
      const page: z.infer<typeof Page> = await readPage({ from, limit });
      found.push(...positionsOf(page));
      from = page.next;
    }
    assert.equal(
      found,
      Array.from({ length: 2505 }, (_, index) => index + 1),
      `limit ${limit}`,
    );
  }
});
log('begins with the first message at a time', async () => {
  const [third] = (await readPage({ from: 3, to: 3 })).entries;
  const { from, entries } = await readPage({ at: third?.time ?? '', limit: 1 });
  assert.is(entries[0]?.position, from);
  assert.is(entries[0]?.time, third?.time);
  assert.equal(positionsOf(await readPage({ at: '2001-01-01T00:00:00Z', limit: 1 })), [1]);
  assert.equal(await readPage({ at: '2999-01-01T00:00:00Z' }), {
    from: 2506,
    to: 2505,
    last: 2505,
    entries: [],
  });
});
log('ends a page early if its messages are large', async () => {
  const count = 100;
  const note = 'x'.repeat(64_000);
  const messages = Array.from({ length: count }, () => ({ subject: 'laptops.events.1', payload: note }));
  const [first = 0] = await publishAll(connection.nc, messages);
  const page = await readPage({ from: first });
  assert.ok(page.entries.length > 0 && page.entries.length < count, `${page.entries.length} messages`);
  assert.is(page.next, page.to + 1);
  assert.is(page.entries[0]?.payload?.length, 1000);
  const rest = await readPage({ from: page.next ?? 0 });
  assert.is(page.entries.length + rest.entries.length, count);
});
log('has no message after its end', async () => {
  const { last } = await readPage();
  assert.equal(await readPage({ from: last + 5 }), { from: last + 5, to: last + 4, last, entries: [] });
  assertProblem(await laptops.get(`/laptops/log/${last + 1}`), 'not-found');
});
log('rejects malformed parameters', async () => {
  for (const query of [
    'from=0',
    'to=x',
    'limit=10001',
    'type=Flown',
    'id=0',
    'at=yesterday',
    'rejected=no',
    'x=1',
  ])
    assertProblem(await laptops.get(`/laptops/log?${query}`), 'malformed');
  assertProblem(await laptops.get('/laptops/log/first'), 'malformed');
});
log.run();

const message = suite('a message of the log');

async function readMessage(position: number) {
  const response = await laptops.get(`/laptops/log/${position}`, {
    headers: { 'Wait-For-Position': String(position) },
  });
  assert.is(response.status, 200, response.text);
  return z
    .object({
      headers: z.record(z.string(), z.array(z.string())),
      payload: z.string(),
      encoding: z.string(),
      rejected: z.string().optional(),
      accepted: z.string().optional(),
    })
    .parse(response.body);
}

message('has its headers and its payload as they are stored', async () => {
  const payload = '{ "type": "LaptopAdded", "title": "Acer", "model": "Swift", "note": "kept" }';
  const position = await publish('laptops.events.50', payload, { 'Nats-Msg-Id': 'by-hand', 'X-Note': 'ä' });
  assert.equal(await readMessage(position), {
    headers: { 'Nats-Msg-Id': ['by-hand'], 'X-Note': ['ä'] },
    payload,
    encoding: 'text',
  });
});
message('has the reason of a rejection, and what would have been accepted', async () => {
  const again = await readMessage(
    await publish('laptops.events.50', '{"type":"LaptopAdded","title":"A","model":"B"}'),
  );
  assert.is(again.rejected, 'the laptop already exists');
  assert.is(again.accepted, 'an event that follows from the earlier events on laptops.events.50');
  const text = await readMessage(await publish('laptops.events.50', 'hello'));
  assert.is(text.rejected, 'not JSON');
  assert.match(text.accepted ?? '', 'a JSON object with the "type" LaptopAdded');
});
message('is in base64 if it is not UTF-8', async () => {
  const { payload, encoding } = await readMessage(
    await publish('laptops.events.50', Uint8Array.of(0xff, 0x00, 0x80)),
  );
  assert.equal([encoding, payload], ['base64', '/wCA']);
});
message('keeps its reason when the view keeps it no more', async () => {
  const old = await publish('laptops.events.51', '{"type":"LaptopRemoved"}');
  const later = Array.from({ length: 1001 }, () => ({ subject: 'laptops.events.52', payload: '!' }));
  await publishAll(connection.nc, later);
  const [entry] = (await readPage({ from: old, to: old })).entries;
  assert.is(entry?.rejected, 'the event does not follow from the earlier ones');
  assert.is((await readMessage(old)).rejected, 'the laptop does not exist');
});
message.after(close);
message.run();
