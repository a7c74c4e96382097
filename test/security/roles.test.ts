/** Every role of docker/nats-roles.conf has sufficient permissions. roles-rights.test.ts checks the denied subjects. */

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Examination } from '../../src/kit/api/responses/examination.ts';
import { ServiceList, StateComparison } from '../../src/kit/api/responses/service-list.ts';
import { defaultProduct } from '../../src/kit/domain/product.ts';
import { diagnose } from '../support/scripts/doctor.ts';
import { createTestFiles, startImport } from '../support/scripts/import.ts';
import { requestDigests } from '../../src/kit/nats/services/digest-endpoint.ts';
import { findReplicas } from '../../src/kit/nats/services/replicas.ts';
import { eventually } from '../support/eventually.ts';
import { startLoggedService, type LoggedService } from '../support/process/logged-service.ts';
import { runProvision } from '../support/process/provision-process.ts';
import { roles, startRoleBroker, type Role } from '../support/broker/role-broker.ts';

const { configBucket } = defaultProduct;

const broker = await startRoleBroker();
// The streams must exist before the services start.
assert.equal(await runProvision(broker.environmentOf('provisioner')), {
  code: 0,
  stdout: 'LAPTOPS: created\nPORTS: created\n',
  stderr: '',
});
const start = (name: 'laptops' | 'ports') =>
  startLoggedService(name, {
    natsUrl: broker.url,
    env: { ...broker.environmentOf(name), SNAPSHOT_EVERY: '1' },
  });
const laptops = await start('laptops');
const ports = await start('ports');
const connections = await Promise.all(
  roles.map(async (role) => [role, await broker.connectAs(role)] as const),
);
const as = new Map(connections);

function connectionOf(role: Role) {
  const found = as.get(role);
  if (found === undefined) throw new Error(`no connection as ${role}`);
  return { nc: found.connection.nc, permissionErrors: found.permissionErrors };
}

async function managerOf(role: Role) {
  return jetstreamManager(connectionOf(role).nc, { checkAPI: false });
}

/** Returns the permission violations that the service has logged. */
const violationsOf = (service: LoggedService) => service.logged('NATS server reported an error');

const permissions = suite('with role permissions');

permissions('a service lists all services and compares the states of their replicas', async () => {
  const { body } = await laptops.get('/services');
  assert.equal(
    ServiceList.parse(body).services.map(({ name }) => name),
    ['laptops', 'ports'],
  );
  const comparison = await laptops.get('/services/ports/comparison');
  assert.is(StateComparison.parse(comparison.body).verdict, 'agree');
  assert.equal([...violationsOf(laptops), ...violationsOf(ports)], []);
});

permissions('a service examines its part of the system', async () => {
  const { findings } = Examination.parse((await laptops.get('/laptops/doctor')).body);
  const names = findings.map(({ name }) => name);
  for (const name of [
    'storage account',
    'stream LAPTOPS',
    'stream LAPTOPS_REJECTIONS',
    'stream PORTS',
    'log LAPTOPS',
    'replicas laptops',
    'rejections laptops',
    'snapshots laptops',
    'state laptops',
    'state laptops PORTS',
  ])
    assert.ok(names.includes(name), name);
  assert.equal(
    findings.filter(({ verdict }) => verdict !== 'ok'),
    [],
  );
  assert.equal([...violationsOf(laptops), ...violationsOf(ports)], []);
});
permissions(
  'a service executes commands and queries, writes snapshots, and serves point-in-time lists',
  async () => {
    const { nc } = connectionOf('publisher');
    const reply = await nc.request('ports.commands.add', '{"id":1,"name":"USB-C"}');
    assert.equal(reply.json(), { position: 1, port: { id: 1, name: 'USB-C' } });
    const added = await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } });
    assert.is(added.status, 201);
    const acknowledged = await nc.request(
      'laptops.events.2',
      '{"type":"LaptopAdded","title":"a","model":"b"}',
    );
    assert.equal(acknowledged.json(), { stream: 'LAPTOPS', seq: 2 });
    await eventually(async () => assert.is((await laptops.get('/laptops/2')).status, 200));
    assert.is((await laptops.get('/laptops/1/events')).status, 200);
    assert.is((await laptops.get('/laptops?asOf=1')).status, 200);
    for (const service of [laptops, ports]) {
      for (const stream of ['LAPTOPS', 'PORTS']) await service.awaitLog('snapshot finished', stream);
    }
    assert.equal([...violationsOf(laptops), ...violationsOf(ports)], []);
  },
);

permissions('a service starts from its snapshot', async () => {
  const again = await start('ports');
  for (const stream of ['LAPTOPS', 'PORTS']) {
    assert.ok(Number((await again.awaitLog('caught up', stream))['from']) > 0, stream);
  }
  assert.equal(violationsOf(again), []);
  assert.is(await again.stop(), 0);
});

permissions('the operator finds the replicas, and the doctor reports no problem', async () => {
  const { nc } = connectionOf('operator');
  assert.is((await findReplicas(nc, 'laptops')).length, 1);
  assert.is((await requestDigests(nc, 'laptops', 1, { stream: 'PORTS' })).length, 1);
  const monitor = 'http://127.0.0.1:1';
  const { complaints } = await diagnose({
    ...broker.environmentOf('operator'),
    NATS_MONITOR_URL: monitor,
    SNAPSHOT_EVERY: '1000',
  });
  // This server has no monitoring endpoint.
  assert.equal(complaints, [`warning sync ${monitor}`]);
});

permissions(
  'the publisher, the operator and the subscriber receive the announcement of a rejected event',
  async () => {
    const received: string[] = [];
    for (const role of ['publisher', 'operator', 'subscriber'] as const) {
      const { nc } = connectionOf(role);
      nc.subscribe('laptops.rejections.>', {
        callback(error, message) {
          received.push(error === null ? `${role} ${message.subject}` : String(error));
        },
      });
      await nc.flush();
    }
    await connectionOf('publisher').nc.request('laptops.events.77', '{"type":"LaptopRemoved"}');
    await eventually(() => assert.is(received.length, 3));
    assert.equal(received.toSorted(), [
      'operator laptops.rejections.77',
      'publisher laptops.rejections.77',
      'subscriber laptops.rejections.77',
    ]);
    assert.equal([...violationsOf(laptops), ...laptops.logged('rejections not announced; retrying')], []);
  },
);

permissions('the importer imports a file, and imports it again, also laptops with many events', async () => {
  const files = createTestFiles();
  const ports = Array.from({ length: 20 }, (_, index) => index + 1).join(' ');
  // So many that the import reads the stream with a consumer.
  const others = Array.from({ length: 100 }, (_, index) => `${index + 12},Dell,XPS,\n`).join('');
  const text = `id,title,model,ports\n10,Dell,XPS,\n11,Apple,Air,${ports}\n${others}`;
  const file = files.write('laptops.csv', text);
  for (const summary of ['102 added', '102 already there']) {
    const { code, stdout, stderr } = await startImport(broker.url, [file], broker.environmentOf('importer'))
      .ended;
    assert.equal([code, stderr], [0, '']);
    assert.match(stdout, summary);
  }
  files.close();
});

permissions('the operator changes the configuration of running services', async () => {
  const buckets = new Kvm(jetstream(connectionOf('operator').nc, { checkAPI: false }));
  const bucket = await buckets.open(configBucket);
  await bucket.put('rate-limit-burst', '7');
  for (const service of [laptops, ports]) {
    const { rateLimit } = await service.awaitLog('configuration changed');
    assert.equal(rateLimit, { perSecond: 0, burst: 7 });
    assert.equal(violationsOf(service), []);
  }
  assert.is((await bucket.get('rate-limit-burst'))?.string(), '7');
  await bucket.delete('rate-limit-burst');
});

permissions('a subscriber reads live events, an ordered consumer, and a durable consumer', async () => {
  const { nc, permissionErrors } = connectionOf('subscriber');
  const jsm = await managerOf('subscriber');
  const js = jetstream(nc, { checkAPI: false });
  const live = nc.subscribe('laptops.events.>', { max: 1 });
  await nc.flush();
  await connectionOf('publisher').nc.request('laptops.events.2', '{"type":"LaptopRemoved"}');
  for await (const message of live) assert.is(message.subject, 'laptops.events.2');

  const ordered = await js.consumers.get('LAPTOPS', { filter_subjects: 'laptops.events.2' });
  assert.is((await ordered.next())?.seq, 2);
  await jsm.consumers.add('LAPTOPS', {
    durable_name: 'mine',
    ack_policy: 'explicit',
    filter_subject: 'laptops.events.>',
  });
  const durable = await js.consumers.get('LAPTOPS', 'mine');
  const first = await durable.next();
  assert.equal([first?.seq, await first?.ackAck()], [1, true]);
  assert.is((await (await js.consumers.get('LAPTOPS', 'mine')).next())?.seq, 2);
  assert.equal(
    permissionErrors.filter((error) => !error.includes('CONSUMER.DELETE')),
    [],
  );
  assert.is(await (await managerOf('operator')).consumers.delete('LAPTOPS', 'mine'), true);
});

permissions(
  'a subscriber cannot create a consumer whose filter differs from the request subject',
  async () => {
    const filters = { ack_policy: 'none', filter_subject: 'ports.events.>' };
    const reply = await connectionOf('subscriber').nc.request(
      '$JS.API.CONSUMER.CREATE.LAPTOPS.trick.laptops.events.>',
      JSON.stringify({ stream_name: 'LAPTOPS', config: { name: 'trick', ...filters } }),
    );
    assert.match(reply.string(), '"err_code":10131');
  },
);

permissions(
  'a subscriber cannot store a response in a stream by using an event subject as reply subject',
  async () => {
    const { nc } = connectionOf('subscriber');
    const operator = await managerOf('operator');
    const count = async (subject: string) =>
      (await operator.streams.info('LAPTOPS', { subjects_filter: subject })).state.subjects?.[subject] ?? 0;
    // From the account that owns the streams, such a response is stored (the importer may publish there anyway).
    connectionOf('importer').nc.publish('$JS.API.STREAM.INFO.LAPTOPS', '', { reply: 'laptops.events.901' });
    await eventually(async () => assert.is(await count('laptops.events.901'), 1));

    for (const [request, payload, response] of [
      ['$JS.API.STREAM.INFO.LAPTOPS', '', 'stream_info_response'],
      ['$JS.API.STREAM.MSG.GET.LAPTOPS', '{"seq":1}', 'stream_msg_get_response'],
    ] as const) {
      const responses = nc.subscribe('laptops.events.902', { max: 1 });
      nc.publish(request, payload, { reply: 'laptops.events.902' });
      for await (const message of responses) assert.match(message.string(), response);
    }
    await connectionOf('importer').nc.request('laptops.events.903', '{}');
    assert.equal([await count('laptops.events.902'), await count('laptops.events.903')], [0, 1]);
  },
);

permissions.after(async () => {
  await Promise.all([laptops.stop(), ports.stop()]);
  await Promise.all(connections.map(([, { connection }]) => connection.nc.close()));
  await broker.close();
});

permissions.run();
