/** A service whose NATS user may not subscribe to all of its subjects. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pingServices } from '../../src/kit/nats/services/framework/discovery.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { startLoggedService } from '../support/process/logged-service.ts';

const broker = await startTestBroker({
  configuration: `
    authorization { users: [
      { user: limited, password: x, permissions: { subscribe: { deny: ["$SRV.>", "laptops.commands.remove"] } } }
    ] }
    no_auth_user: limited
  `,
});
const { connection } = await connectForTest(broker);
const { nc } = connection;
const laptops = await startLoggedService('laptops', { natsUrl: broker.url });

const test = suite('a service without permission for some of its subjects');

test('logs each rejected subscription with its subject', async () => {
  const message = 'subscription rejected; requests to the subject are not served';
  const verbs = ['PING', 'INFO', 'STATS'];
  await eventually(() => {
    const subjects = laptops
      .logged(message)
      .map(({ level, subject }) => `${String(level)} ${String(subject)}`.replace(/\.\w{22}$/, '.<id>'));
    assert.equal(
      subjects.toSorted(),
      [
        'laptops.commands.remove',
        ...verbs.flatMap((verb) =>
          ['', '.laptops', '.laptops.<id>'].map((target) => `$SRV.${verb}${target}`),
        ),
      ]
        .map((subject) => `error ${subject}`)
        .toSorted(),
    );
  });
  const [first] = laptops.logged(message);
  assert.match(JSON.stringify(first?.['err']), 'Permissions Violation for Subscription');
});
test('serves its other subjects', async () => {
  const added = await nc.request('laptops.commands.add', '{"id":1,"title":"Lenovo","model":"S3"}');
  assert.is(added.json<{ position: number }>().position, 1);
  assert.equal(await pingServices(nc), []);
});
test('stops without an error', async () => assert.is(await laptops.stop(), 0));
test.after(async () => {
  await nc.close();
  await broker.close();
});
test.run();
