/** A child process reads point-in-time lists. Their number is limited, and they do not delay current reads and writes. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { assertProblem } from '../support/http/http.ts';
import { startLoggedService, type LoggedService } from '../support/process/logged-service.ts';
import { findMarkedProcesses } from '../support/process/marked-processes.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
const messageCount = 4_000;
for (let id = 1; id <= messageCount; id++)
  nc.publish(`laptops.events.${id}`, JSON.stringify({ type: 'LaptopAdded', title: `T${id}`, model: 'M' }));
await eventually(
  async () => assert.is((await jsm.streams.info('LAPTOPS')).state.last_seq, messageCount),
  60_000,
);

type MarkedService = LoggedService & {
  /** Ids of the child processes that read point-in-time lists. */
  children(): number[];
  /** Ids of the service process and all its child processes. */
  processes(): number[];
};

const started: MarkedService[] = [];
let lastMark = 0;

async function start(): Promise<MarkedService> {
  const mark = `${process.pid}-${(lastMark += 1)}`;
  const service = await startLoggedService('laptops', {
    natsUrl: broker.url,
    env: { PORTSIDE_TEST_MARK: mark },
  });
  const find = () => findMarkedProcesses(`PORTSIDE_TEST_MARK=${mark}`);
  const marked = {
    ...service,
    children: () =>
      find()
        .filter(({ command }) => command.includes('point-in-time/child.ts'))
        .map(({ pid }) => pid),
    processes: () => find().map(({ pid }) => pid),
  };
  started.push(marked);
  return marked;
}

const listAsOf = (position: number) => `/laptops?limit=10000&asOf=${position}`;

function assertListOf(count: number, { status, body }: Awaited<ReturnType<LoggedService['get']>>): void {
  assert.is(status, 200);
  assert.ok(Array.isArray(body));
  assert.is(body.length, count);
}

const [service, busy] = await Promise.all([start(), start()]);

const childProcess = suite('the child process for point-in-time lists');

childProcess('is started by the first list read, not by an item read, and serves all lists', async () => {
  assert.is((await service.get('/laptops/1?asOf=1')).status, 200);
  assert.equal(service.children(), []);
  assertListOf(300, await service.get(listAsOf(300)));
  const [pid, ...others] = service.children();
  assert.equal(others, []);
  assert.type(pid, 'number');
  assertListOf(400, await service.get(listAsOf(400)));
  assertListOf(200, await service.get(listAsOf(200)));
  assert.equal(service.children(), [pid]);
});
childProcess('ends when the service is stopped', async () => {
  assert.is(service.children().length, 1);
  assert.is(await service.stop(), 0);
  await eventually(() => assert.equal(service.processes(), []), 5_000);
});
childProcess('ends when the service is killed', async () => {
  const killed = await start();
  assertListOf(10, await killed.get(listAsOf(10)));
  assert.is(killed.children().length, 1);
  await killed.stop('SIGKILL');
  await eventually(() => assert.equal(killed.processes(), []), 5_000);
});
childProcess.run();

const load = suite('a service with many point-in-time lists');

load('rejects a list with 503 and Retry-After while eight others are waiting', async () => {
  const responses = await Promise.all(
    Array.from({ length: 13 }, (_, index) => busy.get(listAsOf(index + 1))),
  );
  const rejected = responses.filter(({ status }) => status !== 200);
  assert.is(rejected.length, 5);
  for (const response of rejected) {
    assertProblem(response, 'unavailable', /Too many point-in-time lists/);
    assert.match(response.headers.get('Retry-After') ?? '', /^[1-9]\d*$/);
  }
  for (const [index, response] of responses.entries())
    if (response.status === 200) assertListOf(index + 1, response);
  assert.is(busy.children().length, 1);
  assertListOf(13, await busy.get(listAsOf(13)));
});
load('serves current reads and writes at the same time', async () => {
  let pending = 0;
  const lists = [messageCount, 1, messageCount - 1, 2].map(async (position) => {
    pending += 1;
    assertListOf(position, await busy.get(listAsOf(position)));
    pending -= 1;
  });
  let reads = 0;
  while (pending > 0) {
    assert.is((await busy.get(`/laptops/${(reads % messageCount) + 1}`)).status, 200);
    if (reads === 10)
      assert.is((await busy.put('/laptops/7', { json: { title: 'new', model: 'M' } })).status, 200);
    reads += 1;
  }
  await Promise.all(lists);
  assert.ok(reads > 20, `${reads} reads`);
});
load.run();

const crash = suite('a child process that is killed');

crash('leaves no request without a response, and is replaced for the next list', async () => {
  for (let round = 0; round < 3; round++) {
    assertListOf(5, await busy.get(listAsOf(5)));
    const [pid] = busy.children();
    assert.ok(pid !== undefined);
    // The first list takes a long time to read. More lists are requested continuously while the child process ends.
    const lists = [messageCount, 1, 2].map((position) => busy.get(listAsOf(position)));
    process.kill(pid, 'SIGKILL');
    const since = performance.now();
    while (performance.now() - since < 25) {
      lists.push(busy.get(listAsOf(1)));
      await nextTurn();
    }
    for (const response of await Promise.all(lists))
      if (response.status !== 200) assertProblem(response, 'unavailable', /point-in-time list/);
    assertListOf(6, await busy.get(listAsOf(6)));
    assert.not(busy.children().includes(pid));
  }
  assert.ok(busy.logged('point-in-time process ended').length >= 3);
  assert.equal(busy.logged('request failed'), []);
});
crash.after(async () => {
  await Promise.all(started.map(({ stop }) => stop('SIGKILL')));
  await nc.close();
  await broker.close();
});
crash.run();
