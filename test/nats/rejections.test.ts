/** Rejected messages are announced on `<service>.rejections.<id>`: each one once, whatever the number of replicas and restarts. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RejectionAnnouncement } from '../../src/kit/api/responses/documents.ts';
import { eventually } from '../support/eventually.ts';
import { openNatsCli } from '../support/broker/nats-cli.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startLoggedService, type LoggedService } from '../support/process/logged-service.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
const nats = await openNatsCli(broker.url);
const replicas: LoggedService[] = [];

const received: (RejectionAnnouncement & { readonly on: string })[] = [];
nc.subscribe('laptops.rejections.>', {
  callback(_error, message) {
    received.push({ on: message.subject, ...RejectionAnnouncement.parse(message.json()) });
  },
});
const positions = () => received.map(({ position }) => position);

async function start(count: number) {
  const options = { natsUrl: broker.url, env: { SNAPSHOT_EVERY: '1' } };
  const started = await Promise.all(
    Array.from({ length: count }, () => startLoggedService('laptops', options)),
  );
  replicas.push(...started);
}
async function stopAll(signal?: NodeJS.Signals) {
  await Promise.all(replicas.splice(0).map((replica) => replica.stop(signal)));
}
async function publish(subject: string, payload: string): Promise<number> {
  return (await nc.request(subject, payload)).json<{ seq: number }>().seq;
}
const publishBad = (id: number | string) => publish(`laptops.events.${id}`, '{"type":"LaptopMelted"}');

/** Waits until the announcements reach a position. A second one of an earlier position would precede it. */
const awaitAnnounced = (position: number) => eventually(() => assert.is(received.at(-1)?.position, position));
const lastStored = async () => (await jsm.streams.info('LAPTOPS_REJECTIONS')).state.last_seq;

const announcing = suite('a rejected message');

announcing('is not announced if it is older than the first start', async () => {
  await publishBad(1);
  await start(2);
  await eventually(async () => assert.is(await lastStored(), 1));
  const position = await publishBad(2);
  await awaitAnnounced(position);
  assert.equal(positions(), [position]);
});
announcing(
  'is announced once by two replicas, with its reason and what would have been accepted',
  async () => {
    const types = 'LaptopAdded, LaptopRevised, LaptopRemoved, PortFitted or PortUnfitted';
    const added = '{"type":"LaptopAdded","title":"Lenovo","model":"S3"}';
    await publish('laptops.events.5', added);
    received.length = 0;
    const cases = [
      [
        'laptops.events.42',
        '{"type":"LaptopMelted"}',
        'LaptopMelted',
        /unknown event type/,
        `an event: a JSON object with the "type" ${types}`,
      ],
      [
        'laptops.events.42',
        '{"type":"LaptopAdded","title":"Lenovo"}',
        'LaptopAdded',
        /model: Invalid input/,
        'a JSON object with "type", "title" and "model", as AsyncAPI describes LaptopAdded',
      ],
      [
        'laptops.events.42',
        '{"type":"LaptopAdded","title":"\\u0000\\u202e","model":"S3"}',
        'LaptopAdded',
        /U\+0000/,
        'a JSON object with "type", "title" and "model", as AsyncAPI describes LaptopAdded',
      ],
      [
        'laptops.events.42',
        'LaptopAdded',
        undefined,
        /^not JSON$/,
        `an event: a JSON object with the "type" ${types}`,
      ],
      ['laptops.events.42', '[1]', undefined, /object/, `an event: a JSON object with the "type" ${types}`],
      [
        'laptops.events.5',
        added,
        'LaptopAdded',
        /already exists/,
        'an event that follows from the earlier events on laptops.events.5',
      ],
      [
        'laptops.events.x',
        added,
        'LaptopAdded',
        /does not end in an id/,
        'an event on the subject of one entity, laptops.events.* with an id (1, 2, 3 …)',
      ],
      [
        'laptops.events.*',
        added,
        'LaptopAdded',
        /does not end in an id/,
        'an event on the subject of one entity, laptops.events.* with an id (1, 2, 3 …)',
      ],
    ] as const;
    for (const [index, [subject, payload, type, reason, accepted]] of cases.entries()) {
      const position = await publish(subject, payload);
      await awaitAnnounced(position);
      const [announced] = received.slice(index);
      assert.ok(announced);
      assert.is(announced.on, `laptops.rejections.${subject.endsWith('*') ? '_' : subject.split('.')[2]}`);
      assert.equal([announced.position, announced.subject, announced.type], [position, subject, type]);
      assert.match(announced.reason, reason);
      assert.is(announced.accepted, accepted);
    }
    assert.is(received.length, cases.length);
  },
);
announcing(
  'is announced once by the replicas that start later if none is running, and not again',
  async () => {
    await stopAll();
    received.length = 0;
    const stored = [await publishBad(7), await publishBad(8), await publishBad(9)];
    await start(2);
    stored.push(await publishBad(6));
    await awaitAnnounced(stored.at(-1) ?? 0);
    assert.equal(positions(), stored);
  },
);
announcing('is announced if it is in the snapshot that a replica starts from', async () => {
  const { config } = await jsm.streams.info('LAPTOPS_REJECTIONS');
  const last = await jsm.streams.getMessage('LAPTOPS_REJECTIONS', { seq: await lastStored() });
  assert.ok(last);
  // Without the stream, the replicas cannot announce it.
  await jsm.streams.delete('LAPTOPS_REJECTIONS');
  const position = await publishBad(10);
  await Promise.all(replicas.map((replica) => replica.awaitLog('rejections not announced; retrying')));
  await eventually(() =>
    assert.ok(
      replicas.some((replica) =>
        replica.logged('snapshot finished').some((line) => line['position'] === position),
      ),
    ),
  );
  await stopAll('SIGKILL');
  await jsm.streams.add(config);
  await nc.request(last.subject, last.data);
  received.length = 0;
  await start(1);
  await awaitAnnounced(position);
  assert.equal(positions(), [position]);
});
announcing('is announced after the stream of announcements was lost and provisioned again', async () => {
  const { config } = await jsm.streams.info('LAPTOPS_REJECTIONS');
  await jsm.streams.delete('LAPTOPS_REJECTIONS');
  received.length = 0;
  const stored = [await publishBad(11)];
  await replicas[0]?.awaitLog('rejections not announced; retrying');
  await jsm.streams.add(config);
  stored.push(await publishBad(12));
  await awaitAnnounced(stored.at(-1) ?? 0);
  assert.equal(positions(), stored);
});

const cli = suite('nats sub');
(nats.isInstalled ? cli : cli.skip)(
  "'laptops.rejections.>' prints what was wrong with the message",
  async () => {
    const subscriber = nats.start("nats sub --raw 'laptops.rejections.>' --count 1");
    // The CLI subscribes before the server answers a later request of another client only by chance: publish until it has received one.
    const ended = { done: false };
    void subscriber.ended.then(() => (ended.done = true));
    await eventually(async () => {
      await nats.run(`nats pub laptops.events.42 '{"type":"LaptopAdded"}'`);
      assert.ok(ended.done);
    });
    const { stdout } = await subscriber.ended;
    const announced = RejectionAnnouncement.parse(JSON.parse(stdout));
    assert.is(announced.subject, 'laptops.events.42');
    assert.match(announced.reason, 'title: Invalid input');
  },
);
cli.after(async () => {
  await stopAll();
  await nc.close();
  await broker.close();
});

announcing.run();
cli.run();
