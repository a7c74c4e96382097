/** The event store on a stream with three replicas, including while both followers are frozen. */

import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import type { LaptopEvent } from '#contracts/laptops';
import { connectForTest } from '../support/broker/broker.ts';
import { startTestCluster } from '../support/broker/cluster.ts';
import { added, addEventStoreContract, openStore } from '../support/contract/event-store-contract.ts';
import { eventually } from '../support/eventually.ts';
import { freeze, unfreeze } from '../support/broker/freeze.ts';
import { startReplicas } from '../support/faults/replicas.ts';
import { createCleanup } from '../support/faults/scenario.ts';
import { sendWithRetry } from '../support/http/idempotent-client.ts';

const { defer, close } = createCleanup();
const cluster = await startTestCluster();
defer(cluster.close);
const connections = await Promise.all(cluster.servers.map((server) => connectForTest(server, 3)));
defer(() => Promise.all(connections.map(({ connection }) => connection.nc.close())));

const contract = suite('the event store on three servers');
const { append, nextId, store } = addEventStoreContract(contract, { connections, replicas: 3 });
contract.run();

const frozenFollowers = suite('while both followers are frozen');

const batch: readonly LaptopEvent[] = [added, { type: 'PortFitted', portId: 1 }];

/** Freezes the followers of the stream, calls `run` with the URL of the leader, and resumes the followers. */
async function withoutFollowers(run: (leaderUrl: string) => Promise<void>) {
  const leader = await eventually(() => cluster.leaderOf('LAPTOPS'));
  const followers = cluster.servers.filter((server) => server !== leader);
  try {
    await Promise.all(followers.map(({ pid }) => freeze(pid)));
    await run(leader.url);
  } finally {
    for (const { pid } of followers) unfreeze(pid);
  }
}

for (const [name, events] of [
  ['one event', [added]],
  ['several events', batch],
] as const) {
  frozenFollowers(
    `an append of ${name} has outcome "unknown", and is stored once when it is repeated later`,
    async () => {
      const command = append(nextId(), 0, events);
      await withoutFollowers(async (url) => {
        const connection = await connectToNats({ url, name: 'leader only' });
        const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
        try {
          const { outcome, ...rest } = await openStore({ connection, jsm }).append(command);
          assert.is(outcome, 'unknown', JSON.stringify({ outcome, ...rest }));
        } finally {
          await connection.nc.close();
        }
      });
      // The resumed cluster may still be electing its leader.
      await eventually(async () => {
        const again = await store.append(command);
        assert.ok(again.outcome === 'written' || again.outcome === 'duplicate', again.outcome);
        assert.is(await store.lastPositionOf(command.id), again.position);
        const history = await store.history(command.id, { upTo: again.position });
        assert.is(history.length, events.length);
      }, 30_000);
    },
  );
}

frozenFollowers(
  'a POST gets 503, and a definite response when it is repeated later with the same key',
  async () => {
    const id = nextId();
    const [mine, other] = [randomUUID(), randomUUID()];
    const leader = await eventually(() => cluster.leaderOf('LAPTOPS'));
    const replicas = await startReplicas({ natsUrl: leader.url, count: 1, defer });
    const [url = ''] = replicas.urls();
    await withoutFollowers(async () => {
      for (const key of [mine, other]) {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
          body: JSON.stringify({ id, title: 'Lenovo', model: 'S3' }),
        });
        assert.is(response.status, 503, await response.text());
      }
    });
    const send = (key: string) =>
      sendWithRetry(() => url, { method: 'POST', id, body: { title: 'Lenovo', model: 'S3' } }, { key });
    assert.is((await send(mine)).status, 201);
    assert.is((await send(other)).status, 409);
  },
);

frozenFollowers.after(close);

frozenFollowers.run();
