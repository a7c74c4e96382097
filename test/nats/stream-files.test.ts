/** The limits of `streams/*.json`, as the broker applies them after provisioning. */

import { jetstream, JetStreamApiError } from '@nats-io/jetstream';
import { headers } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const js = jetstream(connection.nc);
const [minute, kibibyte] = [60e9, 1024];

/** Error code of the broker for a message above the stream's `max_msg_size`. */
const tooLarge = 10_054;

async function codeOf(publish: Promise<unknown>): Promise<number | undefined> {
  const error: unknown = await publish.catch((thrown: unknown) => thrown);
  return error instanceof JetStreamApiError ? error.code : undefined;
}

const test = suite('the provisioned streams');

for (const [stream, subject] of [
  ['LAPTOPS', 'laptops.events.1'],
  ['PORTS', 'ports.events.1'],
] as const) {
  test(`${stream} recognises repeated message ids for two minutes`, async () => {
    assert.is((await jsm.streams.info(stream)).config.duplicate_window, 2 * minute);
    const [first, again] = [
      await js.publish(subject, '{}', { msgID: 'same' }),
      await js.publish(subject, '{}', { msgID: 'same' }),
    ];
    assert.equal([again.duplicate, again.seq], [true, first.seq]);
  });
  test(`${stream} stores messages of up to 64 KiB, headers included`, async () => {
    const limit = 64 * kibibyte;
    assert.is((await jsm.streams.info(stream)).config.max_msg_size, limit);
    await js.publish(subject, 'x'.repeat(limit));
    assert.is(await codeOf(js.publish(subject, 'x'.repeat(limit + 1))), tooLarge);
    const fields = headers();
    fields.set('Note', 'x');
    assert.is(await codeOf(js.publish(subject, 'x'.repeat(limit), { headers: fields })), tooLarge);
  });
}
test.after(async () => {
  await connection.nc.close();
  await broker.close();
});
test.run();
