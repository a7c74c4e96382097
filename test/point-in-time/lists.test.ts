/** A list of the past is the work of a child process, which is bounded and never in the way of the present. */

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
const messages = 4_000;
for (let id = 1; id <= messages; id++)
  nc.publish(`laptops.events.${id}`, JSON.stringify({ type: 'LaptopAdded', title: `T${id}`, model: 'M' }));
await eventually(async () => assert.is((await jsm.streams.info('LAPTOPS')).state.last_seq, messages), 60_000);

type Marked = LoggedService & {
  /** The processes of this service that list the past. */
  children(): number[];
  processes(): number[];
};

const started: Marked[] = [];
let marks = 0;

async function start(): Promise<Marked> {
  const mark = `${process.pid}-${(marks += 1)}`;
  const service = await startLoggedService('laptops', {
    natsUrl: broker.url,
    env: { PORTSIDE_TEST_MARK: mark },
  });
  const find = () => findMarkedProcesses(`PORTSIDE_TEST_MARK=${mark}`);
  const marked = {
    ...service,
    children: () =>
      find()
        .filter(({ command }) => command.includes('main.ts past-lists'))
        .map(({ pid }) => pid),
    processes: () => find().map(({ pid }) => pid),
  };
  started.push(marked);
  return marked;
}

const pastOf = (position: number) => `/laptops?limit=10000&asOf=${position}`;

function assertListOf(count: number, { status, body }: Awaited<ReturnType<LoggedService['get']>>): void {
  assert.is(status, 200);
  assert.ok(Array.isArray(body));
  assert.is(body.length, count);
}

const [service, busy] = await Promise.all([start(), start()]);

const child = suite('the child that lists the past');

child('is there from the first list on, not for an item, and serves every list', async () => {
  assert.is((await service.get('/laptops/1?asOf=1')).status, 200);
  assert.equal(service.children(), []);
  assertListOf(300, await service.get(pastOf(300)));
  const [pid, ...others] = service.children();
  assert.equal(others, []);
  assert.type(pid, 'number');
  assertListOf(400, await service.get(pastOf(400)));
  assertListOf(200, await service.get(pastOf(200)));
  assert.equal(service.children(), [pid]);
});
child('does not outlive a service that is told to stop', async () => {
  assert.is(service.children().length, 1);
  assert.is(await service.stop(), 0);
  await eventually(() => assert.equal(service.processes(), []), 5_000);
});
child('does not outlive a service that is killed', async () => {
  const doomed = await start();
  assertListOf(10, await doomed.get(pastOf(10)));
  assert.is(doomed.children().length, 1);
  await doomed.stop('SIGKILL');
  await eventually(() => assert.equal(doomed.processes(), []), 5_000);
});
child.run();

const bounded = suite('lists of the past are bounded');

bounded('more than eight that wait at once are told to come back', async () => {
  const answers = await Promise.all(Array.from({ length: 13 }, (_, index) => busy.get(pastOf(index + 1))));
  const refused = answers.filter(({ status }) => status !== 200);
  assert.is(refused.length, 5);
  for (const answer of refused) {
    assertProblem(answer, 'unavailable', /Too many point-in-time lists/);
    assert.match(answer.headers.get('Retry-After') ?? '', /^[1-9]\d*$/);
  }
  for (const [index, answer] of answers.entries()) if (answer.status === 200) assertListOf(index + 1, answer);
  assert.is(busy.children().length, 1);
  assertListOf(13, await busy.get(pastOf(13)));
});
bounded('the present is read and written meanwhile, promptly', async () => {
  let pending = 0;
  const lists = [messages, 1, messages - 1, 2].map(async (position) => {
    pending += 1;
    assertListOf(position, await busy.get(pastOf(position)));
    pending -= 1;
  });
  let slowest = 0;
  let reads = 0;
  while (pending > 0) {
    const since = performance.now();
    assert.is((await busy.get(`/laptops/${(reads % messages) + 1}`)).status, 200);
    if (reads === 10)
      assert.is((await busy.put('/laptops/7', { json: { title: 'new', model: 'M' } })).status, 200);
    slowest = Math.max(slowest, performance.now() - since);
    reads += 1;
  }
  await Promise.all(lists);
  assert.ok(reads > 20, `${reads} reads`);
  assert.ok(slowest < 1_000, `${slowest} ms`);
});
bounded.run();

const dying = suite('a child that dies takes nothing with it');

dying('what waits for it is answered, and another child lists what is asked next', async () => {
  for (let round = 0; round < 3; round++) {
    assertListOf(5, await busy.get(pastOf(5)));
    const [pid] = busy.children();
    assert.ok(pid !== undefined);
    // The long one is under way, and the others come at every moment while the child dies.
    const asked = [messages, 1, 2].map((position) => busy.get(pastOf(position)));
    process.kill(pid, 'SIGKILL');
    const since = performance.now();
    while (performance.now() - since < 25) {
      asked.push(busy.get(pastOf(1)));
      await nextTurn();
    }
    for (const answer of await Promise.all(asked))
      if (answer.status !== 200) assertProblem(answer, 'unavailable', /past/);
    assertListOf(6, await busy.get(pastOf(6)));
    assert.not(busy.children().includes(pid));
  }
  assert.ok(busy.logged('point-in-time process ended').length >= 3);
  assert.equal(busy.logged('request failed'), []);
});
dying.after(async () => {
  await Promise.all(started.map(({ stop }) => stop('SIGKILL')));
  await nc.close();
  await broker.close();
});
dying.run();
