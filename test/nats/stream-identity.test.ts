/** A stream is recognised by the messages that were read from it, also after some of them were deleted. */

import { DiscardPolicy, jetstream, type StreamConfig } from '@nats-io/jetstream';
import { headers, type Msg } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MessageIdentity } from '../../src/kit/domain/stored-message.ts';
import { replay } from '../../src/kit/nats/stream/replay.ts';
import {
  createStreamIdentity,
  readIdentity,
  StreamReplaced,
} from '../../src/kit/nats/stream/stream-identity.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const js = jetstream(connection.nc);

let streams = 0;

/** Creates a stream with `count` messages, and records them as read. */
async function readStream(count: number, config: Partial<StreamConfig> = {}) {
  const name = `IDENTITY${(streams += 1)}`;
  await jsm.streams.add({ ...config, name, subjects: [`${name}.*`] });
  for (let number = 1; number <= count; number++) {
    const fields = headers();
    if (number % 2 === 0) fields.set('Nats-Msg-Id', `message ${number}`);
    await js.publish(`${name}.${number}`, 'text', { headers: fields });
  }
  const messages: Msg[] = [];
  const source = replay({
    connection,
    jsm,
    stream: name,
    after: 0,
    onMessage: (message) => messages.push(message),
  });
  await eventually(() => assert.is(messages.length, count));
  await source.stop();
  const identity = createStreamIdentity({ connection, jsm, stream: name });
  for (const message of messages) identity.record(message);
  return { name, identity };
}

/** Returns what the check rejects with. */
function failureOf(check: Promise<number>): Promise<unknown> {
  return check.then(
    (last) => assert.unreachable(`the stream was accepted, up to ${last}`),
    (error: unknown) => error,
  );
}

const accepted = suite('a stream is accepted');

accepted('if it holds the last message that was read', async () => {
  const { name, identity } = await readStream(12);
  assert.is(await identity.check(12), 12);
  await js.publish(`${name}.13`);
  assert.is(await identity.check(12), 13);
});
accepted('if the last messages were deleted, but an earlier one is there', async () => {
  const { name, identity } = await readStream(12);
  for (const position of [12, 11, 10]) await jsm.streams.deleteMessage(name, position);
  assert.is(await identity.check(12), 12);
});
accepted('if it was purged', async () => {
  const { name, identity } = await readStream(3);
  await jsm.streams.purge(name);
  assert.is(await identity.check(3), 3);
});
accepted.run();

const replaced = suite('a stream counts as replaced');

for (const [property, change] of [
  ['time', { time: 0 }],
  ['nanoseconds', { nanoseconds: 1_000_000 }],
  ['subject', { subject: 'another' }],
  ['message id', { messageId: undefined }],
] as const) {
  replaced(`if the message at the last position has another ${property}`, async () => {
    const { name } = await readStream(2);
    const held = await readIdentity(jsm, name, 2);
    assert.ok(held !== undefined);
    const checkAfter = (lastRead: MessageIdentity) =>
      createStreamIdentity({ connection, jsm, stream: name, lastRead }).check(2);
    assert.is(await checkAfter(held), 2);
    const failure = await failureOf(checkAfter({ ...held, ...change }));
    assert.instance(failure, StreamReplaced);
    assert.match(String(failure), /another message at position 2/);
  });
}
replaced('if it was deleted and created again', async () => {
  const { name, identity } = await readStream(2);
  await identity.check(2);
  await jsm.streams.delete(name);
  await jsm.streams.add({ name, subjects: [`${name}.*`] });
  assert.instance(await failureOf(identity.check(2)), StreamReplaced);
});
replaced('if a message is missing for seconds, although messages cannot be removed', async () => {
  const { name, identity } = await readStream(3, { discard: DiscardPolicy.New, max_msgs: -1 });
  await jsm.streams.deleteMessage(name, 3);
  await jsm.streams.update(name, { deny_delete: true, deny_purge: true });
  const first = await failureOf(identity.check(3));
  assert.not.instance(first, StreamReplaced);
  assert.match(String(first), /no message at position 3/);
  await eventually(async () => assert.instance(await failureOf(identity.check(3)), StreamReplaced));
});
replaced('if it ends before the last position for seconds', async () => {
  const { identity } = await readStream(3);
  assert.not.instance(await failureOf(identity.check(4)), StreamReplaced);
  const failure = await eventually(async () => {
    const found = await failureOf(identity.check(4));
    assert.instance(found, StreamReplaced);
    return found;
  });
  assert.match(String(failure), /ends at 3, before position 4/);
});
replaced.after(async () => {
  await connection.nc.close();
  await broker.close();
});
replaced.run();
