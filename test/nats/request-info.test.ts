/** What nats-server tells a service about the sender of a request. Decision 0081 depends on it. */

import { connect, headers, type Authenticator } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { startTestBroker } from '../support/broker/broker.ts';

const user = (name: string) => `{ user: ${name}, password: ${name} }`;
const importOf = (share: boolean) =>
  `imports: [{ service: { account: SERVICES, subject: "docks.>" }, share: ${share} }]`;
const broker = await startTestBroker({
  configuration: `accounts {
    SERVICES { users: [${user('service')}, ${user('mallory')}], exports: [{ service: "docks.>" }] }
    SHARING { users: [${user('alice')}, ${user('bob')}], ${importOf(true)} }
    SILENT { users: [${user('carol')}], ${importOf(false)} }
  }`,
});

const open = (name: string, fields: object = {}) => {
  const authenticator: Authenticator = () => ({ user: name, pass: name, ...fields });
  return connect({ servers: broker.url, authenticator });
};
const service = await open('service');
service.subscribe('docks.commands.add', {
  callback(_error, message) {
    const info = message.headers?.get('Nats-Request-Info') ?? '';
    message.respond(JSON.stringify({ reply: message.reply, info: info === '' ? {} : JSON.parse(info) }));
  },
});
await service.flush();

const Received = z.object({
  reply: z.string(),
  info: z.object({ acc: z.string(), user: z.string().optional() }),
});

/** Sends a request with a forged header. Returns what the service receives. */
async function request(name: string, fields: object = {}) {
  const client = await open(name, fields);
  try {
    const forged = headers();
    forged.set('Nats-Request-Info', '{"acc":"FORGED","user":"forged"}');
    const reply = await client.request('docks.commands.add', '{}', { timeout: 5_000, headers: forged });
    return Received.parse(reply.json());
  } finally {
    await client.close();
  }
}

const test = suite('Nats-Request-Info');

test('is replaced by the server if the request comes through an import', async () => {
  const shared = await request('bob');
  assert.equal(shared.info, { acc: 'SHARING', user: 'bob' });
  assert.match(shared.reply, /^_R_\./);
  assert.equal((await request('carol')).info, { acc: 'SILENT' });
});
test('can be forged by a user of the account of the service', async () => {
  const { info, reply } = await request('mallory');
  assert.equal(info, { acc: 'FORGED', user: 'forged' });
  assert.not.match(reply, /^_R_\./);
});
test('has as the user what the client sent as its nkey, although the server has not verified it', async () => {
  const { info } = await request('bob', { nkey: 'alice' });
  assert.equal(info, { acc: 'SHARING', user: 'alice' });
});
test.after(async () => {
  await service.close();
  await broker.close();
});
test.run();
