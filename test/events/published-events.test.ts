/** Events published directly to an entity's subject, valid and invalid. */

import { headers, type MsgHdrs } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { positionOf } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, jsm, start, countMessages, close } = await startTestSystem();
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);
const { get, post, put } = laptops;
const { nc } = connection;

/** Publishes with core NATS, which has no acknowledgement, and waits until the message is stored. Returns its position. */
async function publish(
  subject: string,
  payload: string | Uint8Array | object,
  fields?: MsgHdrs,
): Promise<number> {
  const stream = subject.startsWith('ports') ? 'PORTS' : 'LAPTOPS';
  const readLast = async () => (await jsm.streams.info(stream)).state.last_seq;
  const before = await readLast();
  const plain = typeof payload === 'string' || payload instanceof Uint8Array;
  nc.publish(subject, plain ? payload : JSON.stringify(payload), fields && { headers: fields });
  await eventually(async () => assert.is(await readLast(), before + 1));
  return before + 1;
}

const waitFor = (position: number) => ({ headers: { 'Wait-For-Position': String(position) } });

async function readLaptop(id: number, position: number): Promise<unknown> {
  return (await get(`/laptops/${id}`, waitFor(position))).body;
}

const lenovo = { title: 'Lenovo', model: 'S3' };
const added = { type: 'LaptopAdded', ...lenovo };

const validEvents = suite('a published event');

validEvents('LaptopAdded adds a laptop to the list', async () => {
  const position = await publish('laptops.events.1', added);
  const { body } = await get('/laptops', waitFor(position));
  assert.equal(body, [{ id: 1, ...lenovo, ports: [] }]);
  assert.is((await get('/laptops/1')).headers.get('ETag'), `"${position}"`);
});
validEvents('of every other type changes the laptop', async () => {
  const laptop = (position: number) => readLaptop(1, position);
  await publish('ports.events.7', { type: 'PortAdded', name: 'USB-C' });
  const portPosition = await publish('ports.events.3', { type: 'PortAdded', name: 'barrel' });
  await get('/laptops', { headers: { 'Wait-For-Position': `PORTS=${portPosition}` } });
  const revised = await publish('laptops.events.1', { type: 'LaptopRevised', title: 'IBM' });
  assert.equal(await laptop(revised), { id: 1, title: 'IBM', model: 'S3', ports: [] });
  await publish('laptops.events.1', { type: 'PortFitted', portId: 7 });
  const fitted = await publish('laptops.events.1', { type: 'PortFitted', portId: 3 });
  const [usbC, barrel] = [
    { id: 7, name: 'USB-C' },
    { id: 3, name: 'barrel' },
  ];
  assert.equal(await laptop(fitted), { id: 1, title: 'IBM', model: 'S3', ports: [usbC, barrel] });
  const unfitted = await publish('laptops.events.1', { type: 'PortUnfitted', portId: 7 });
  assert.equal(await laptop(unfitted), { id: 1, title: 'IBM', model: 'S3', ports: [barrel] });
  const removed = await publish('laptops.events.1', { type: 'LaptopRemoved' });
  assert.is((await get('/laptops/1', waitFor(removed))).status, 404);
});
validEvents('is stripped of whitespace around its text fields', async () => {
  const position = await publish('laptops.events.2', { ...added, title: '  Lenovo \n' });
  assert.equal(await readLaptop(2, position), { id: 2, ...lenovo, ports: [] });
});
validEvents('may have unknown fields and headers, which are ignored', async () => {
  const fields = headers();
  fields.set('X-Author', 'somebody');
  const known = JSON.stringify(added).slice(1);
  const position = await publish('laptops.events.3', `{"colour":1,"__proto__":{"x":1},${known}`, fields);
  assert.equal(await readLaptop(3, position), { id: 3, ...lenovo, ports: [] });
});
validEvents('of a port is applied as well, including old versions', async () => {
  await publish('ports.events.1', { type: 'PortAdded', name: 'USB-C' });
  const renamed = await publish('ports.events.1', { type: 'PortRenamed', name: 'MagSafe 3' });
  assert.equal((await ports.get('/port?limit=1', waitFor(renamed))).body, [{ id: 1, name: 'MagSafe 3' }]);
  const again = await publish('ports.events.1', {
    type: 'PortRenamed',
    v: 2,
    name: 'barrel',
    from: 'MagSafe 3',
  });
  assert.equal((await ports.get('/ports/1', waitFor(again))).body, { id: 1, name: 'barrel' });
});
validEvents.run();

const restEvents = suite('a REST write');

restEvents('publishes the event with the idempotency key as its message id', async () => {
  const subscription = nc.subscribe('laptops.events.4', { max: 1 });
  await nc.flush();
  await post('/laptops', { json: { id: 4, ...lenovo }, headers: { 'Idempotency-Key': 'order-4' } });
  for await (const message of subscription) {
    assert.equal(message.json(), added);
    assert.is(message.headers?.get('Nats-Msg-Id'), 'order-4');
  }
  assert.is(subscription.getReceived(), 1);
});
restEvents.run();

const rejections = suite('an invalid message');
const binary = Uint8Array.from({ length: 256 }, (_, index) => index);

for (const [name, subject, payload, reason] of [
  ['plain text', 'laptops.events.50', 'hello', /^not JSON$/],
  ['an empty payload', 'laptops.events.50', '', /^not JSON$/],
  ['binary data', 'laptops.events.50', binary, /^not UTF-8$/],
  ['JSON that is not an object', 'laptops.events.50', '[1]', /expected object/],
  ['a missing type', 'laptops.events.50', lenovo, /^type: /],
  ['an unknown type', 'laptops.events.50', { type: 'LaptopSold' }, /unknown event type "LaptopSold"/],
  [
    'an event type of another service',
    'laptops.events.50',
    { type: 'PortAdded', name: 'x' },
    /unknown event type/,
  ],
  ['a future version', 'laptops.events.50', { ...added, v: 2 }, /version 2, newer/],
  ['a missing field', 'laptops.events.50', { type: 'LaptopAdded', title: 'x' }, /model: /],
  ['a field of the wrong type', 'laptops.events.50', { ...added, title: 1 }, /title: /],
  ['a number out of range', 'laptops.events.50', '{"type":"PortFitted","portId":1e999}', /portId: /],
  ['`__proto__`', 'laptops.events.50', '{"__proto__":{"type":"LaptopAdded"}}', /^type: /],
  ['a revision without changes', 'laptops.events.50', { type: 'LaptopRevised' }, /needs a title or a model/],
  [
    'a revision of a laptop that does not exist',
    'laptops.events.50',
    { type: 'LaptopRevised', title: 'x' },
    /the laptop does not exist/,
  ],
  [
    'a removal of a laptop that does not exist',
    'laptops.events.50',
    { type: 'LaptopRemoved' },
    /the laptop does not exist/,
  ],
  ['an addition of a laptop that exists', 'laptops.events.2', added, /already exists/],
  [
    'an unfitting of a port that is not fitted',
    'laptops.events.2',
    { type: 'PortUnfitted', portId: 9 },
    /port 9 is not fitted/,
  ],
  ['a subject that ends in x', 'laptops.events.x', added, /does not end in an id/],
  ['a subject that ends in 042', 'laptops.events.042', added, /does not end in an id/],
  ['a subject that ends in 2^53', 'laptops.events.9007199254740992', added, /does not end in an id/],
] as const) {
  rejections(`is rejected with a reason: ${name}`, async () => {
    const sentAt = Date.now();
    const position = await publish(subject, payload);
    const { status, body } = await get('/laptops/rejections', waitFor(position));
    assert.is(status, 200);
    assert.ok(Array.isArray(body));
    const { time, reason: actualReason, ...rest }: Record<'time' | 'reason', string> = body.at(-1);
    assert.equal(rest, { position, subject });
    assert.match(actualReason, reason);
    assert.ok(Math.abs(Date.parse(time) - sentAt) < 60_000);
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
}
rejections('does not change the list', async () => {
  const { body } = await get('/laptops');
  assert.equal(
    body,
    [2, 3, 4].map((id) => ({ id, ...lenovo, ports: [] })),
  );
});
rejections('of more than 64 KiB is not stored', async () => {
  nc.publish('laptops.events.60', JSON.stringify({ ...added, more: 'x'.repeat(65_536) }));
  const position = await publish('laptops.events.61', added);
  assert.is((await get('/laptops/61', waitFor(position))).status, 200);
  assert.is(await countMessages('laptops.events.60'), 0);
});
rejections('appears in the history of the laptop with the reason', async () => {
  await publish('laptops.events.70', added);
  await publish('laptops.events.70', 'hello');
  const position = await publish('laptops.events.70', { type: 'LaptopRemoved' });
  const { body } = await get('/laptops/70/events', waitFor(position));
  assert.ok(Array.isArray(body));
  assert.equal(
    body.map(({ time: _time, ...entry }: { time: string }) => entry),
    [
      { position: position - 2, event: added },
      { position: position - 1, rejected: 'not JSON' },
      { position, event: { type: 'LaptopRemoved' } },
    ],
  );
});
rejections.run();

const writesAfterRejections = suite('after a rejected message on the subject, a REST write');

writesAfterRejections('can add the laptop', async () => {
  const position = await publish('laptops.events.80', 'hello');
  const response = await post('/laptops', { json: { id: 80, ...lenovo } });
  assert.is(response.status, 201);
  assert.is(positionOf(response), position + 1);
});
writesAfterRejections(
  'can change the laptop, with If-Match set to the ETag after the rejected message',
  async () => {
    const position = await publish('laptops.events.80', { type: 'LaptopAdded', title: 'x', model: 'y' });
    const { headers: currentHeaders } = await get('/laptops/80', waitFor(position));
    assert.is(currentHeaders.get('ETag'), `"${position}"`);
    const request = { json: { title: 'IBM', model: 'T60' }, headers: { 'If-Match': `"${position}"` } };
    assert.is((await put('/laptops/80', request)).status, 200);
  },
);
writesAfterRejections('can remove the laptop', async () => {
  await publish('laptops.events.80', binary);
  assert.is((await laptops.delete('/laptops/80')).status, 204);
  assert.is((await get('/laptops/80')).status, 404);
  assert.is(await countMessages('laptops.events.80'), 6);
});
writesAfterRejections('succeeds before the replica has applied the rejected message', async () => {
  await post('/laptops', { json: { id: 81, ...lenovo } });
  for (let round = 0; round < 20; round++) {
    nc.publish('laptops.events.81', 'hello');
    const response = await put('/laptops/81', { json: { title: `T${round}`, model: 'M' } });
    assert.is(response.status, 200);
  }
  const { body } = await get('/laptops/81', { headers: { 'Wait-For-Position': 'latest' } });
  assert.equal(body, { id: 81, title: 'T19', model: 'M', ports: [] });
});
writesAfterRejections.after(close);
writesAfterRejections.run();
