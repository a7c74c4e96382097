/** A new stream leader may lag behind the last position read. Only a lag that lasts means that the stream was replaced. */

import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { replay } from '../../src/kit/nats/stream/replay.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { eventually } from '../support/eventually.ts';

/** Longer than the time for which `replay` accepts a lag, in ms. */
const betweenLagsMs = 6_000;

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);

/** Number of further responses that report the stream as empty. */
let lagging = 0;
/** Reads from the real broker, except for responses of a lagging leader. */
const laggingJsm: JetStreamManager = Object.create(jsm, {
  streams: {
    value: Object.create(jsm.streams, {
      info: {
        async value(stream: string): Promise<StreamInfo> {
          const info = await jsm.streams.info(stream);
          if (lagging === 0) return info;
          lagging -= 1;
          return { ...info, state: { ...info.state, last_seq: 0 } };
        },
      },
    }),
  },
});

const test = suite('a replay');

test('resumes after each of two short lags of the leader, however far apart they are', async () => {
  const positions: number[] = [];
  const interruptions: string[] = [];
  const replaced: string[] = [];
  const source = replay({
    connection,
    jsm: laggingJsm,
    stream: 'LAPTOPS',
    after: 0,
    onMessage: (_message, { position }) => positions.push(position),
    onInterrupted: (reason) => interruptions.push(reason),
    onReplaced: (detail) => replaced.push(detail),
  });
  /** Interrupts the replay while the leader lags, and waits until the replay has read the next message. */
  async function lag(id: number) {
    lagging = 1;
    const [consumer] = await jsm.consumers.list('LAPTOPS').next();
    await jsm.consumers.delete('LAPTOPS', consumer?.name ?? '');
    const lags = () => interruptions.filter((reason) => reason.includes('stream LAPTOPS ends at 0')).length;
    const before = lags();
    await eventually(() => assert.ok(lags() > before || replaced.length > 0));
    const [position] = await publishAll(connection.nc, [laptopAdded(id)]);
    await eventually(() => assert.ok(positions.at(-1) === position || replaced.length > 0));
  }
  await publishAll(connection.nc, [laptopAdded(1)]);
  await eventually(() => assert.equal(positions, [1]));
  const firstLag = performance.now();
  await lag(2);
  await eventually(() => assert.ok(performance.now() - firstLag > betweenLagsMs));
  await lag(3);
  assert.equal(replaced, []);
  assert.equal(positions, [1, 2, 3]);
  await source.stop();
});
test('ends if the lag lasts', async () => {
  let replaced: string | undefined;
  lagging = Infinity;
  const source = replay({
    connection,
    jsm: laggingJsm,
    stream: 'LAPTOPS',
    after: 3,
    onMessage: () => undefined,
    onReplaced: (detail) => (replaced = detail),
  });
  await eventually(() => assert.match(replaced ?? '', 'before position 3'));
  await source.stop();
});
test.after(async () => {
  await connection.nc.close();
  await broker.close();
});
test.run();
