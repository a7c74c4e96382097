/** Announcers of several replicas on one log, without service processes. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Rejection } from '../../src/kit/domain/decider.ts';
import { createView } from '../../src/kit/eventlog/view/view.ts';
import { openAnnouncementLog } from '../../src/kit/nats/rejections/announcement-log.ts';
import { announceRejections } from '../../src/kit/nats/rejections/announcer.ts';
import { rejectionNames, rejectionStream } from '../../src/kit/nats/rejections/names.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
let services = 0;
const Record = z.object({ position: z.int(), time: z.string() });

/** Creates the stream of announcements of another service. */
async function createLog() {
  services += 1;
  const service = `lamps${services}`;
  const eventStream = `LAMPS${services}`;
  await jsm.streams.add(rejectionStream(service, eventStream));
  const names = rejectionNames(service, eventStream);
  const log = openAnnouncementLog(nc, jsm, names);
  const live: number[] = [];
  const subscription = nc.subscribe(`${service}.rejections.*`, {
    callback(_error, message) {
      live.push(Record.parse(message.json()).position);
    },
  });
  await nc.flush();
  return {
    names,
    log,
    /** Positions of the stored announcements, without the records of starts. */
    async stored(): Promise<number[]> {
      const { last_seq } = (await jsm.streams.info(names.stream)).state;
      const found: number[] = [];
      for (let seq = 1; seq <= last_seq; seq++) {
        const message = await jsm.streams.getMessage(names.stream, { seq });
        if (message !== null && message.subject !== names.start)
          found.push(Record.parse(message.json()).position);
      }
      return found;
    },
    live,
    stop: () => subscription.unsubscribe(),
    /** Starts a replica whose view has read the positions up to `last`, of which `rejected` are rejected. */
    replica(last: number, isRejected: (position: number) => boolean, times = new Map<number, number>()) {
      const view = createView({ initial: 0, evolve: (count: number) => count + 1 });
      const timeOf = (position: number) => times.get(position) ?? position * 1000;
      const apply = (position: number, subject = `${service}.events.7`) =>
        view.apply({
          position,
          time: timeOf(position),
          nanoseconds: 0,
          subject,
          id: 7,
          messageId: undefined,
          commandDigest: undefined,
          content: isRejected(position) ? new Rejection('melted') : { type: 'Lit' },
        });
      for (let position = 1; position <= last; position++) apply(position);
      const announcer = announceRejections({
        log,
        names,
        view,
        readTime: (position) => Promise.resolve(position > view.position ? undefined : timeOf(position)),
        describe: ({ position, time }) => Promise.resolve({ position, time: new Date(time).toISOString() }),
        onFailure: (reason) => assert.unreachable(reason),
      });
      return { ...announcer, apply };
    },
  };
}

const announcer = suite('announcers');

announcer('store each rejection once, in order, however many replicas there are', async () => {
  const { replica, stored, live, stop } = await createLog();
  const replicas = Array.from({ length: 5 }, () => replica(10, () => true));
  await eventually(async () => assert.equal(await stored(), []));
  const expected = Array.from({ length: 200 }, (_, index) => index + 11);
  for (const position of expected) for (const { apply } of replicas) apply(position);
  await eventually(async () => assert.is((await stored()).at(-1), 210));
  assert.equal(await stored(), expected);
  await eventually(() => assert.is(live.length, 200));
  assert.equal(live, expected);
  await Promise.all(replicas.map((each) => each.stop()));
  stop();
});
announcer(
  'announce only what is after the last announcement, also if they start behind or ahead of it',
  async () => {
    const { replica, stored } = await createLog();
    const isOdd = (position: number) => position % 2 === 1;
    const first = replica(3, isOdd);
    first.apply(4);
    first.apply(5);
    await eventually(async () => assert.equal(await stored(), [5]));
    await first.stop();
    const [behind, ahead] = [replica(5, isOdd), replica(9, isOdd)];
    await eventually(async () => assert.equal(await stored(), [5, 7, 9]));
    for (let position = 6; position <= 11; position++) behind.apply(position);
    await eventually(async () => assert.equal(await stored(), [5, 7, 9, 11]));
    await Promise.all([behind.stop(), ahead.stop()]);
  },
);
announcer('start again at the end of an event stream that was replaced', async () => {
  const { replica, stored } = await createLog();
  const first = replica(0, () => true);
  for (let position = 1; position <= 5; position++) first.apply(position);
  await eventually(async () => assert.equal(await stored(), [1, 2, 3, 4, 5]));
  await first.stop();
  const shorter = replica(2, () => true, new Map([[3, 333]]));
  shorter.apply(3);
  await eventually(async () => assert.is((await stored()).length, 6));
  await shorter.stop();
  const otherMessage = replica(4, () => true, new Map([[3, 777]]));
  otherMessage.apply(5);
  await eventually(async () => assert.equal(await stored(), [1, 2, 3, 4, 5, 3, 5]));
  await otherMessage.stop();
});
announcer('start again after a record that they cannot read', async () => {
  const { replica, stored, names } = await createLog();
  await nc.request(names.start, 'garbage');
  const one = replica(4, () => true);
  one.apply(5);
  await eventually(async () => assert.equal(await stored(), [5]));
  await one.stop();
});
announcer(
  'ignore messages that are not on the subject of an event, such as stored announcements',
  async () => {
    const { replica, stored } = await createLog();
    const one = replica(0, () => true);
    one.apply(1, 'lamps.rejections.7');
    one.apply(2);
    await eventually(async () => assert.equal(await stored(), [2]));
    await one.stop();
  },
);
announcer('announce the newest thousand if more are waiting', async () => {
  const { replica, stored } = await createLog();
  const first = replica(0, () => true);
  first.apply(1);
  await eventually(async () => assert.equal(await stored(), [1]));
  await first.stop();
  const late = replica(1500, () => true);
  await eventually(async () => assert.is((await stored()).length, 1001), 30_000);
  assert.equal((await stored()).slice(0, 2), [1, 501]);
  await late.stop();
});
announcer.after(async () => {
  await nc.close();
  await broker.close();
});
announcer.run();
