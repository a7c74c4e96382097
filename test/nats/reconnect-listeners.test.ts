/** Reads remove the listeners that they add to the connection. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Connection } from '../../src/kit/nats/connection/connection.ts';
import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import { readHistory } from '../../src/kit/nats/stream/history.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';
import { laptopEvents } from '#contracts/laptops';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { openStore } from '../support/contract/event-store-contract.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
let listeners = 0;
let added = 0;
/** The connection of the store, which counts its reconnect listeners. */
const counted: Connection = {
  nc: connection.nc,
  get isUp() {
    return connection.isUp;
  },
  confirmUp: connection.confirmUp,
  get downSince() {
    return connection.downSince;
  },
  onReconnect(listener) {
    const remove = connection.onReconnect(listener);
    listeners += 1;
    added += 1;
    return () => {
      listeners -= 1;
      remove();
    };
  },
  createInbox: connection.createInbox,
};
const store = openStore({ connection: counted, jsm });

const test = suite('a history read');

test('leaves no reconnect listener behind', async () => {
  const [position = 0] = await publishAll(connection.nc, [laptopAdded(1)]);
  for (let round = 0; round < 20; round++) {
    await store.history(1, { upTo: position });
    await store.readAll({ upTo: position });
  }
  assert.ok(added >= 40);
  assert.is(listeners, 0);
});
test('leaves no reconnect listener behind if it times out', async () => {
  const { last_seq } = (await jsm.streams.info('LAPTOPS')).state;
  const subjects = eventSubjects('laptops');
  const read = readHistory({
    connection: counted,
    jsm,
    stream: 'LAPTOPS',
    codec: createCodec(laptopEvents, subjects),
    range: { upTo: last_seq + 1 },
    timeoutMs: 100,
  });
  const error: unknown = await read.catch((thrown: unknown) => thrown);
  assert.match(String(error), 'timed out');
  assert.is(listeners, 0);
});
test.after(async () => {
  await connection.nc.close();
  await broker.close();
});
test.run();
