/** The typed subscriber works with the permissions of the subscriber role (docker/nats-roles.conf). */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { subscribeToLaptops } from '../../src/laptops/subscribe.ts';
import type { SubscribeOptions } from '../../src/kit/subscriber/options.ts';
import { eventually } from '../support/eventually.ts';
import { runProvision } from '../support/process/provision-process.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startRoleBroker } from '../support/broker/role-broker.ts';

const broker = await startRoleBroker();
assert.is((await runProvision(broker.environmentOf('provisioner'))).code, 0);
const publisher = await broker.connectAs('publisher');
const { nc } = publisher.connection;
await publishAll(nc, [laptopAdded(1), laptopAdded(2)]);

const { url: natsUrl, ...access } = broker.accessOf('subscriber');
const subscriptions = suite('a subscription with the subscriber role');

for (const [start, options] of [
  ['from the beginning', { from: 0 }],
  ['from a time', { from: new Date(0) }],
  ['with a durable consumer', { from: 0, durable: { name: 'mine' } }],
] as const satisfies readonly (readonly [string, Partial<SubscribeOptions<never>>])[]) {
  subscriptions(`receives stored and new events ${start}`, async () => {
    const ids: number[] = [];
    const subscription = await subscribeToLaptops({
      natsUrl,
      access,
      ...options,
      onEvent: ({ id }) => void ids.push(id),
    });
    await eventually(() => assert.equal(ids.slice(0, 2), [1, 2]), 60_000);
    const [position] = await publishAll(nc, [laptopAdded(9)]);
    await eventually(() => assert.is(subscription.position, position), 60_000);
    assert.is(ids.at(-1), 9);
    await subscription.stop();
  });
}

subscriptions.after(async () => {
  await nc.close();
  await broker.close();
});
subscriptions.run();
