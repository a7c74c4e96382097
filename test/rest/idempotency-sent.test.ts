/** Idempotency keys compare what the client sent, not what the schemas make of it. */

import { fileURLToPath } from 'node:url';
import { headers } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { assertProblem } from '../support/http/http.ts';
import { startLoggedService } from '../support/process/logged-service.ts';

const folder = new URL('../support/services/gauges/', import.meta.url);
const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
await provisionStreams(nc, fileURLToPath(new URL('streams', folder)));
const gauges = await startLoggedService('gauges', {
  natsUrl: broker.url,
  entry: new URL('main.ts', folder),
});
assert.is((await gauges.post('/gauges', { json: { id: 1, level: 1 } })).status, 201);

const countMessages = async () => (await jsm.streams.info('GAUGES')).state.messages;
const withKey = (key: string) => ({ 'Idempotency-Key': key });
const tag = (key: string, json: object, number = 3) =>
  gauges.put(`/gauges/1/tags/${number}`, { json, headers: withKey(key) });

/** Sends a command over NATS and returns the code of its error, if any. */
async function request(verb: string, key: string, payload: object) {
  const fields = headers();
  fields.set('Nats-Msg-Id', key);
  const reply = await nc.request(`gauges.commands.${verb}`, JSON.stringify(payload), {
    headers: fields,
    timeout: 5_000,
  });
  return reply.headers?.get('Nats-Service-Error-Code') ?? '';
}

const test = suite('an idempotency key');

test('is of the same request if the schema generates a default', async () => {
  const before = await countMessages();
  for (let attempt = 0; attempt < 2; attempt += 1)
    assert.is((await gauges.post('/gauges/1/note', { json: {}, headers: withKey('default') })).status, 200);
  assert.is(await countMessages(), before + 1);
});
test('is of another request if only the received body differs', async () => {
  assert.is((await tag('set', { names: ['a'] })).status, 204);
  assert.is((await tag('set', { names: ['a'] })).status, 204);
  assertProblem(await tag('set', { names: ['b'] }), 'invalid');
  assertProblem(await tag('set', { names: ['a'] }, 4), 'invalid');
});
test('is of the same request whatever the order of the fields', async () => {
  assert.is((await tag('order', { names: ['a'], count: 1 })).status, 204);
  assert.is((await tag('order', { count: 1, names: ['a'] })).status, 204);
});
test('is of the same request over REST and NATS', async () => {
  const before = await countMessages();
  assert.is((await tag('both', { names: ['a'] })).status, 204);
  assert.is(await request('tag', 'both', { id: 1, tag: 3, names: ['a'] }), '');
  assert.is(await request('tag', 'both', { id: 1, tag: 4, names: ['a'] }), '422');
  assert.is(await countMessages(), before + 1);
  assert.is(await request('add', 'added', { id: 2, level: 2 }), '');
  const added = { json: { level: 2, id: 2 }, headers: withKey('added') };
  assert.is((await gauges.post('/gauges', added)).status, 201);
});
test.after(async () => {
  await gauges.stop();
  await nc.close();
  await broker.close();
});
test.run();
