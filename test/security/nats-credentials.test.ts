/** NATS credentials: accepted, rejected with a clear message, and replaced without a restart. */

import { copyFileSync, writeFileSync } from 'node:fs';
import { nkeys } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { jetstreamManager } from '@nats-io/jetstream';
import { laptopEvents } from '#contracts/laptops';
import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import { createEventStore } from '../../src/kit/nats/stream/event-store.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';
import { runProvision } from '../support/process/provision-process.ts';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { eventually } from '../support/eventually.ts';
import { launchLoggedService, startLoggedService } from '../support/process/logged-service.ts';
import type { LaunchedService } from '../support/process/service-process.ts';
import { startOperatorBroker } from '../support/broker/operator-broker.ts';
import { startRoleBroker } from '../support/broker/role-broker.ts';

const broker = await startOperatorBroker();
const added = { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' } as const;
const retryMessage = 'cannot connect to NATS; retrying';

const creds = suite('a .creds file');

creds('authenticates the provisioner and a service', async () => {
  const NATS_CREDS = await broker.issue('service');
  assert.equal(await runProvision({ NATS_URL: broker.url, NATS_CREDS }), {
    code: 0,
    stdout: 'LAPTOPS: created\nPORTS: created\n',
    stderr: '',
  });
  const service = await startLoggedService('laptops', { natsUrl: broker.url, env: { NATS_CREDS } });
  const { status } = await service.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } });
  assert.is(status, 201);
  // The process for point-in-time lists reads the same credentials file.
  assert.is((await service.get('/laptops?asOf=1')).status, 200);
  assert.equal(service.logged('NATS server reported an error'), []);
  assert.is(await service.stop(), 0);
});

for (const [defect, options] of [
  ['is signed by an untrusted key', { signer: 'untrusted' }],
  ['has expired', { seconds: -10 }],
] as const) {
  creds(`that ${defect} makes the provisioner exit with 1 and name the file`, async () => {
    const NATS_CREDS = await broker.issue('rejected', options);
    const { code, stdout, stderr } = await runProvision({ NATS_URL: broker.url, NATS_CREDS });
    assert.equal([code, stdout], [1, '']);
    assert.match(stderr, `provision: NATS rejected the credentials (NATS_CREDS=${NATS_CREDS}): `);
    assert.match(stderr, /Authorization Violation|Authentication Expired/i);
  });
}

creds('is required by the provisioner if the broker requires authentication', async () => {
  const { code, stderr } = await runProvision({ NATS_URL: broker.url });
  assert.is(code, 1);
  assert.match(stderr, 'provision: NATS requires authentication; set NATS_CREDS or NATS_NKEY: ');
});

creds(
  'that has expired is read again, so that the connection recovers after the file is replaced',
  async () => {
    const file = await broker.issue('short', { seconds: 3 });
    const events: string[] = [];
    const connection = await connectToNats(
      { url: broker.url, name: 'test', credentials: { kind: 'creds', path: file } },
      {
        onDown: () => events.push('down'),
        onUp: () => events.push('up'),
        onServerError: ({ message }) => events.push(message),
        onCredentialsUnreadable: ({ message }) => events.push(message),
      },
    );
    // Reconnecting fails as long as the file holds the expired credentials.
    await eventually(() => assert.match(events.join('\n'), /down\n.*Authorization Violation/is), 30_000);
    assert.not(connection.isUp);
    assert.not(connection.nc.isClosed());
    writeFileSync(file, 'half a file');
    await eventually(() => assert.match(events.join('\n'), `${file} is not a .creds file`), 30_000);
    copyFileSync(await broker.issue('long'), file);
    await eventually(() => assert.is(events.at(-1), 'up'), 30_000);
    assert.ok(connection.isUp);
    await connection.nc.close();
  },
);

creds.after(() => broker.close());

creds.run();

const roleBroker = await startRoleBroker();
await runProvision(roleBroker.environmentOf('provisioner'));
const natsUrl = roleBroker.url;

const nkey = suite('an nkey');

const launched: LaunchedService[] = [];
function launch(name: string, env: Readonly<Record<string, string>>) {
  const service = launchLoggedService(name, { natsUrl, env });
  launched.push(service);
  return service;
}

nkey(
  'that is unknown to the broker makes a service log the reason and wait until the file is replaced',
  async () => {
    const { NATS_NKEY: right = '' } = roleBroker.environmentOf('ports');
    const own = `${right}-copy`;
    writeFileSync(own, nkeys.createUser().getSeed());
    const env = { ...roleBroker.environmentOf('ports'), NATS_NKEY: own };
    const service = launch('ports', env);
    const { reason } = await service.awaitLog(retryMessage);
    assert.is(reason, `NATS rejected the credentials (NATS_NKEY=${own}): Authorization Violation`);
    copyFileSync(right, own);
    await service.ready;
    assert.is(await service.stop(), 0);
  },
);

nkey('without the required permissions makes a service log the violation and wait', async () => {
  const env = roleBroker.environmentOf('publisher');
  const service = launch('laptops', env);
  const violation = /Permissions Violation for Publish to "\$JS\.API\.STREAM\.INFO\.\S+"/;
  assert.match(String((await service.awaitLog('NATS server reported an error'))['reason']), violation);
  assert.match(String((await service.awaitLog('cannot read stream info; retrying'))['reason']), violation);
  assert.is(await service.stop(), 0);
});

nkey('with the inbox prefix of another role gets no responses and logs the violation', async () => {
  const env = { ...roleBroker.environmentOf('laptops'), NATS_INBOX_PREFIX: '_INBOX_ports' };
  const service = launch('laptops', env);
  const { reason } = await service.awaitLog('NATS server reported an error');
  assert.match(String(reason), /^Permissions Violation for Subscription to "_INBOX_ports\./);
  await service.awaitLog('cannot read stream info; retrying');
  assert.is(await service.stop(), 0);
});

nkey('without permission to append makes an append fail at once with outcome "unavailable"', async () => {
  // The operator role can read streams but not publish events.
  const { connection, permissionErrors } = await roleBroker.connectAs('operator');
  const subjects = eventSubjects('laptops');
  const store = createEventStore({
    connection,
    jsm: await jetstreamManager(connection.nc),
    stream: 'LAPTOPS',
    subjects,
    codec: createCodec(laptopEvents, subjects),
    // Longer than the test timeout: an append that is retried as a lost acknowledgement would fail the test.
    appendTimeoutMs: 600_000,
  });
  for (const events of [[added], [added, { type: 'LaptopRemoved' } as const]]) {
    const append = { id: 1, events, expectedVersion: 0, messageId: 'one', commandDigest: 'digest' };
    assert.is((await store.append(append)).outcome, 'unavailable');
  }
  await eventually(() => assert.match(permissionErrors[0] ?? '', 'Publish to "laptops.events.1"'));
  await connection.nc.close();
});

nkey.after(async () => {
  await Promise.all(launched.map((service) => service.stop()));
  await roleBroker.close();
});

nkey.run();
