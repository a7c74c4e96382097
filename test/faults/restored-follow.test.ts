/** The client's `follow` ends with EventsGone when the stream was replaced by an older copy, also if it is longer than before. */

import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LaptopEvent } from '#contracts/laptops';
import type { LiveEvent } from '../../src/kit/api/responses/documents.ts';
import { createClient } from '../../src/kit/client/create-client.ts';
import { EventsGone, type FollowOptions } from '../../src/kit/client/follow.ts';
import { laptopService } from '../../src/laptops/laptop.ts';
import { connectForTest, startTestBroker, type TestBroker } from '../support/broker/broker.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { eventually } from '../support/eventually.ts';
import { continueFromCopy, copyStream } from '../support/faults/restored-stream.ts';
import { createCleanup } from '../support/faults/scenario.ts';
import { startLoggedService, type LoggedService } from '../support/process/logged-service.ts';

const { defer, close } = createCleanup();
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const laptops = (from: number, to: number) => range(from, to).map((id) => laptopAdded(id, `Laptop ${id}`));

async function start(broker: TestBroker): Promise<LoggedService> {
  const service = await startLoggedService('laptops', { natsUrl: broker.url });
  defer(() => service.stop('SIGKILL').then(() => undefined));
  return service;
}

async function publish(broker: TestBroker, from: number, to: number): Promise<void> {
  const { connection } = await eventually(() => connectForTest(broker));
  await publishAll(connection.nc, laptops(from, to));
  await connection.nc.close();
}

const broker = await startTestBroker();
defer(broker.close);
await publish(broker, 1, 10);
const copy = await copyStream(broker, 'LAPTOPS');
defer(copy.close);
await publish(broker, 11, 18);
let service = await start(broker);

/** A client of whichever replica runs at present, as behind a load balancer. */
const client = createClient('http://laptops.invalid', laptopService, {
  fetch(url, options) {
    const { pathname, search } = new URL(url instanceof Request ? url.url : url);
    return fetch(new URL(pathname + search, service.url), options);
  },
});

function follow(options: FollowOptions<LaptopEvent['type']>) {
  const stop = new AbortController();
  defer(() => stop.abort());
  const events: LiveEvent<LaptopEvent>[] = [];
  const ended = (async () => {
    for await (const event of client.follow({ ...options, signal: stop.signal })) events.push(event);
    return undefined;
  })().catch((error: unknown) => error);
  const ids = () => events.map(({ id }) => id);
  return {
    events,
    ids,
    ended,
    awaitIds: (expected: number[]) => eventually(() => assert.equal(ids(), expected), 30_000),
  };
}

/** Asserts that a follower ends because its events are gone. Returns the position to continue after. */
async function assertGone(
  { ended }: Pick<ReturnType<typeof follow>, 'ended'>,
  asked: number,
): Promise<number> {
  const timeout = sleep(30_000, 'the follower did not end', { ref: false });
  const error = await Promise.race([ended, timeout]);
  assert.ok(error instanceof EventsGone, String(error));
  assert.is(error.asked, asked);
  return error.position;
}

const restored = suite('after the stream was restored from a copy and continued');

restored('a follower ends instead of continuing with the other events, and can follow again', async () => {
  const following = follow({ after: 0 });
  const filtered = follow({ after: 0, id: 17 });
  await Promise.all([following.awaitIds(range(1, 18)), filtered.awaitIds([17])]);
  const { exited } = service;

  await continueFromCopy(broker, copy, laptops(21, 32));
  assert.is(await exited, 1);
  service = await start(broker);

  const position = await assertGone(following, 18);
  assert.equal(following.ids(), range(1, 18));
  await assertGone(filtered, 17);
  assert.equal(filtered.ids(), [17]);

  // A process that was not running in the meantime notices it as well, if it names the last event.
  const last = following.events.at(-1);
  assert.is(await assertGone(follow({ after: last ?? 0 }), 18), position);

  const listed: number[] = [];
  for await (const { id } of client.list({ waitFor: position })) listed.push(id);
  assert.equal(listed, [...range(1, 10), ...range(21, 32)]);
  const again = follow({ after: position });
  await publish(broker, 33, 34);
  await again.awaitIds([33, 34]);
});
restored.after(close);
restored.run();
