/** Replies over NATS that would exceed the broker's `max_payload`. */

import { headers } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const maxPayload = 16 * 1024;
const broker = await startTestBroker({ configuration: `max_payload: ${maxPayload}` });
const { connection } = await connectForTest(broker);
const { nc } = connection;
const [laptops, ports] = await Promise.all(
  ['laptops', 'ports'].map((name) => startServiceProcess(name, { natsUrl: broker.url })),
);

/** 200 characters of 3 bytes each in UTF-8. */
const longText = '電'.repeat(200);
const count = 60;
const laptopIds = Array.from({ length: count }, (_, index) => index + 1);

type Entry = { readonly id: number };
type Body = {
  readonly laptops?: readonly Entry[];
  readonly next?: number;
  readonly cursor?: string;
  readonly detail?: string;
  readonly errors?: readonly unknown[];
};

async function request(subject: string, payload: object | string) {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const reply = await nc.request(subject, text, { timeout: 5_000 });
  const body: Body = reply.json();
  return {
    status: Number(reply.headers?.get('Nats-Service-Error-Code') || 200),
    bytes: reply.data.length,
    body,
  };
}

/** Reads all pages and returns the ids of each. */
async function readPages(subject: string, fields: object): Promise<number[][]> {
  const pages: number[][] = [];
  for (let after: number | undefined = 0; after !== undefined;) {
    const { status, bytes, body } = await request(subject, { ...fields, after });
    assert.is(status, 200, body.detail);
    assert.ok(bytes <= maxPayload, `${bytes} bytes`);
    pages.push((body.laptops ?? []).map(({ id }) => id));
    after = body.next;
  }
  return pages;
}

/** Waits until both services have applied everything published so far. */
async function awaitLatest(): Promise<void> {
  for (const url of [`${laptops?.url}/laptops?limit=1`, `${ports?.url}/ports?limit=1`]) {
    assert.is((await fetch(url, { headers: { 'Wait-For-Position': 'latest' } })).status, 200);
  }
}

await publishAll(nc, [
  { subject: 'ports.events.1', payload: '{"type":"PortAdded","name":"USB-C"}' },
  ...laptopIds.flatMap((id) => [
    laptopAdded(id, longText, 'S3'),
    { subject: `laptops.events.${id}`, payload: '{"type":"PortFitted","portId":1}' },
  ]),
]);
await awaitLatest();

const lists = suite('a list over NATS');

lists('ends a page where it fits into max_payload, and says where to continue', async () => {
  const pages = await readPages('laptops.queries.list', { limit: 1000 });
  assert.ok(pages.length > 1);
  assert.equal(pages.flat(), laptopIds);
  // Only the last page may be much smaller than the limit.
  for (const page of pages.slice(0, -1)) assert.ok(page.length >= 15, `${page.length} laptops`);
});
lists('ends a sorted page where it fits, with its cursor', async () => {
  const ids: number[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const fields: object = { sort: '-title', limit: 1000, ...(cursor !== '' && { cursor }) };
    const { status, bytes, body } = await request('laptops.queries.list', fields);
    assert.is(status, 200, body.detail);
    assert.ok(bytes <= maxPayload, `${bytes} bytes`);
    ids.push(...(body.laptops ?? []).map(({ id }) => id));
    cursor = body.cursor;
  }
  assert.equal(ids, laptopIds);
});
lists('of the entities that refer to another one ends where it fits as well', async () => {
  const pages = await readPages('ports.queries.laptops', { id: 1, limit: 1000 });
  assert.ok(pages.length > 1);
  assert.equal(pages.flat(), laptopIds);
});
lists('says where to continue at its limit, and not after its last item', async () => {
  assert.is((await request('laptops.queries.list', { limit: 2 })).body.next, 2);
  assert.is((await request('laptops.queries.list', { limit: 2, after: count - 2 })).body.next, undefined);
});
lists.run();

const single = suite('a reply over NATS that cannot be divided');
const large = 1_000;

single('is a problem that names the limit, and a command states that it was executed', async () => {
  const portIds = Array.from({ length: 80 }, (_, index) => index + 100);
  await publishAll(nc, [
    laptopAdded(large),
    ...portIds.map((id) => ({
      subject: `ports.events.${id}`,
      payload: JSON.stringify({ type: 'PortAdded', name: longText.slice(0, 100) }),
    })),
    ...portIds.map((portId) => ({
      subject: `laptops.events.${large}`,
      payload: JSON.stringify({ type: 'PortFitted', portId }),
    })),
  ]);
  await awaitLatest();
  const read = await request('laptops.queries.get', { id: large });
  assert.is(read.status, 413);
  assert.match(read.body.detail ?? '', /broker's limit/);
  const revised = await request('laptops.commands.revise', { id: large, title: 'Dell', model: 'XPS' });
  assert.is(revised.status, 413);
  assert.match(revised.body.detail ?? '', /The command was executed/);
  const stored = await (await fetch(`${laptops?.url}/laptops/${large}`)).text();
  assert.match(stored, '"title":"Dell"');
});
single('is a problem that says where a list continues after an item that does not fit', async () => {
  const list = await request('laptops.queries.list', { after: count });
  assert.is(list.status, 413);
  assert.match(list.body.detail ?? '', new RegExp(`"after": ${large}`));
});
single('is a problem that says where a history continues, newest first', async () => {
  const [added = 0] = await publishAll(nc, [laptopAdded(large + 1, 'Dell', 'XPS')]);
  const longId = headers();
  longId.set('Nats-Msg-Id', 'x'.repeat(maxPayload - 500));
  await nc.request(`laptops.events.${large + 1}`, '{"type":"LaptopRemoved"}', {
    headers: longId,
    timeout: 5_000,
  });
  const wrong = added + 1;
  await awaitLatest();
  const history = { id: large + 1, order: 'desc' };
  const first = await request('laptops.queries.history', history);
  assert.is(first.status, 413);
  assert.match(first.body.detail ?? '', new RegExp(`"before": ${wrong}`));
  const rest = await request('laptops.queries.history', { ...history, before: wrong });
  assert.match(JSON.stringify(rest.body), new RegExp(`"history":\\[\\{"position":${added},`));
});
single('is a problem document with as many errors as fit', async () => {
  const unknown = Object.fromEntries(Array.from({ length: 800 }, (_, index) => [`field${index}`, 1]));
  const rejected = await request('laptops.commands.add', unknown);
  assert.is(rejected.status, 422);
  assert.ok(rejected.bytes <= maxPayload);
  assert.ok((rejected.body.errors?.length ?? 0) > 100);
});
single.after(async () => {
  await Promise.all([laptops?.stop(), ports?.stop()]);
  await nc.close();
  await broker.close();
});
single.run();
