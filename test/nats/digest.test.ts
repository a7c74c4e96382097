/** `queries.digest`: every replica replies with a digest of its state at a position. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { requestDigests } from '../../src/kit/nats/services/digest-endpoint.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, start, close } = await startTestSystem();
const { nc } = connection;
await Promise.all([start('laptops'), start('laptops')]);
await publishAll(nc, [laptopAdded(1, 'Lenovo')]);

/** Returns the parts of the replies that do not differ between runs. */
const request = async (position: number, stream?: string) =>
  (await requestDigests(nc, 'laptops', 2, { position, ...(stream !== undefined && { stream }) })).map(
    (reply) => ({
      stream: reply.stream,
      position: reply.position,
      hasDigest: reply.digest !== null,
    }),
  );

const digest = suite('laptops.queries.digest');

digest('is answered by every replica, with equal digests', async () => {
  const replies = await requestDigests(nc, 'laptops', 2, { position: 1 });
  assert.is(new Set(replies.map(({ replica }) => replica)).size, 2);
  assert.is(new Set(replies.map(({ digest: value, foldVersion }) => `${foldVersion} ${value}`)).size, 1);
  assert.match(replies[0]?.digest ?? '', /^[0-9a-f]{16}$/);
});
digest('waits for a position that has not been applied', async () => {
  const replies = request(2);
  await publishAll(nc, [laptopAdded(2, 'Lenovo'), laptopAdded(3, 'Lenovo')]);
  const expected = { stream: 'LAPTOPS', position: 2, hasDigest: true };
  assert.equal(await replies, [expected, expected]);
  await request(3);
});
digest('is null for a position in the past, with the current position', async () => {
  const expected = { stream: 'LAPTOPS', position: 3, hasDigest: false };
  assert.equal(await request(1), [expected, expected]);
});
digest('is null if the position is not reached in time', async () => {
  const expected = { stream: 'LAPTOPS', position: 3, hasDigest: false };
  assert.equal(await request(9), [expected, expected]);
});
digest('is available for a followed stream', async () => {
  const expected = { stream: 'PORTS', position: 0, hasDigest: true };
  assert.equal(await request(0, 'PORTS'), [expected, expected]);
});
digest('names the streams if another one is requested', async () => {
  const reply = await nc.request('laptops.queries.digest', '{"stream":"OTHER"}');
  assert.is(reply.headers?.get('Nats-Service-Error-Code'), '400');
  assert.match(reply.string(), 'must be one of: LAPTOPS, PORTS');
});
digest.after(close);
digest.run();
