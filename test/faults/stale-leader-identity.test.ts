/** A leader that is cut off from its peers lacks messages that a replica has read. That does not mean that the stream was replaced. */

import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { createStreamIdentity, StreamReplaced } from '../../src/kit/nats/stream/stream-identity.ts';
import { startTestCluster } from '../support/broker/cluster.ts';
import { freeze, unfreeze } from '../support/broker/freeze.ts';
import { eventually } from '../support/eventually.ts';

const cluster = await startTestCluster();
const leader = await eventually(() => cluster.leaderOf('LAPTOPS'));
const peers = cluster.servers.filter((server) => server !== leader);
const connection = await connectToNats({ url: leader.url, name: 'leader only' });
const jsm = await jetstreamManager(connection.nc, { checkAPI: false });

/** The stream is empty, as if a new leader had stored this message and the old one did not know of it. */
const lastRead = { position: 1, time: 0, nanoseconds: 0, subject: 'x', messageId: undefined };

/** For longer than a message may be missing, and not longer than the leader leads without its peers, in ms. */
const observedMs = 8_000;

const test = suite('a message that the stream leader lacks');

test('is missing only when a majority has confirmed the leader', async () => {
  const identity = createStreamIdentity({ connection, jsm, stream: 'LAPTOPS', lastRead });
  const check = () => identity.check(lastRead.position).catch((error: unknown) => error);
  // A leader that has not heard from its peers steps down earlier.
  await eventually(async () => {
    const { cluster: state } = await jsm.streams.info('LAPTOPS');
    assert.equal(
      state?.replicas?.map(({ active }) => active > 0),
      [true, true],
    );
  });
  assert.match(String(await check()), 'ends at 0, before position 1');
  try {
    await Promise.all(peers.map(({ pid }) => freeze(pid)));
    const started = performance.now();
    while (performance.now() - started < observedMs) {
      assert.not.instance(await check(), StreamReplaced);
      await sleep(100);
    }
  } finally {
    for (const { pid } of peers) unfreeze(pid);
  }
  await eventually(async () => assert.instance(await check(), StreamReplaced), 60_000);
});
test.after(async () => {
  await connection.nc.close();
  await cluster.close();
});
test.run();
