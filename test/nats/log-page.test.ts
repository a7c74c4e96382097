/** Pages of the log from a stream with gaps, and from a stream whose servers do not serve direct reads. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { publishAll } from '../support/broker/publish.ts';
import { openStore } from '../support/contract/event-store-contract.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);

async function createLog(name: string, count: number, allowDirect = true) {
  await jsm.streams.add({ name, subjects: [`${name}.events.*`], allow_direct: allowDirect });
  const payload = '{"type":"LaptopAdded","title":"Lenovo","model":"S3"}';
  const subjectOf = (index: number) => `${name}.events.${(index % 2) + 1}`;
  await publishAll(
    connection.nc,
    Array.from({ length: count }, (_, index) => ({ subject: subjectOf(index), payload })),
  );
  const store = openStore({ connection, jsm }, name, name);
  return async (after: number, upTo: number, { limit = 1000, id = undefined as number | undefined } = {}) => {
    const { messages, to } = await store.readLog({ after, upTo, limit, id, known: count });
    return [messages.map(({ message }) => message.position), to];
  };
}

const pages = suite('a page of the log');

for (const allowDirect of [true, false]) {
  const how = allowDirect ? '' : ' without direct reads';
  const name = allowDirect ? 'direct' : 'indirect';
  const read = await createLog(name, 12, allowDirect);

  pages(`ends at the limit, or at the end of the range${how}`, async () => {
    assert.equal(await read(0, 3), [[1, 2, 3], 3]);
    assert.equal(await read(4, 12, { limit: 2 }), [[5, 6], 6]);
    assert.equal(await read(4, 4), [[], 4]);
    assert.equal(await read(0, 12, { id: 2, limit: 3 }), [[2, 4, 6], 6]);
    assert.equal(await read(6, 12, { id: 2 }), [[8, 10, 12], 12]);
  });
  pages(`skips deleted and purged positions, also at the end${how}`, async () => {
    for (const position of [6, 12]) await jsm.streams.deleteMessage(name, position);
    await jsm.streams.purge(name, { seq: 4 });
    assert.equal(await read(0, 7), [[4, 5, 7], 7]);
    assert.equal(await read(0, 2), [[], 2]);
    assert.equal(await read(5, 6), [[], 6]);
    assert.equal(await read(10, 12), [[11], 12]);
    assert.equal(await read(11, 12), [[], 12]);
    assert.equal(await read(0, 12, { id: 2 }), [[4, 8, 10], 12]);
    await jsm.streams.purge(name);
    assert.equal(await read(0, 12), [[], 12]);
  });
}
pages.after(async () => {
  await connection.nc.close();
  await broker.close();
});
pages.run();
