/** Every method of the typed client against real services, and the client example. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EventsGone } from '../../src/kit/client/follow.ts';
import type { ClientProblemCode } from '../../src/kit/client/problem-error.ts';
import { createClient } from '../../src/kit/client/create-client.ts';
import { laptopService as laptopDefinition } from '../../src/laptops/laptop.ts';
import { portService as portDefinition } from '../../src/ports/port.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { problemOf } from '../support/http/problem-of.ts';
import { publishAll } from '../support/broker/publish.ts';
import { startServiceProcess } from '../support/process/service-process.ts';
import { typescriptArgs } from '../../scripts/typescript-args.ts';

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const start = (name: string, env: Readonly<Record<string, string>> = {}) =>
  startServiceProcess(name, { natsUrl: broker.url, env });
const [laptopService, portService] = await Promise.all([start('laptops'), start('ports')]);
const laptops = createClient(laptopService.url, laptopDefinition);
const ports = createClient(portService.url, portDefinition);

async function collect<T>(items: AsyncIterable<T>, count = Infinity): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length >= count) break;
  }
  return found;
}

async function assertProblem(code: ClientProblemCode, status: number, call: Promise<unknown>): Promise<void> {
  const error = await problemOf(call);
  assert.is(error.code, code);
  assert.is(error.status, status);
  assert.is(error.document?.detail, error.message);
}

const writes = suite('a write');

writes('adds, changes or removes a laptop', async () => {
  const added = await laptops.add({ title: 'Lenovo', model: 'S3' });
  const { id } = added.document;
  assert.equal(added.document, { id, title: 'Lenovo', model: 'S3', ports: [] });
  assert.is(added.version, added.position);

  const read = await laptops.get(id, { waitFor: added.position });
  assert.equal(read.document, added.document);
  assert.is(read.version, added.version);

  const changed = await laptops.revise(id, { title: 'Lenovo', model: 'S4' }, { ifMatch: read.version });
  assert.is(changed.document.model, 'S4');
  assert.ok(changed.version > read.version);

  const removed = await laptops.remove(id, { ifMatch: 'any' });
  assert.ok(removed.position > changed.position);
  await assertProblem('not-found', 404, laptops.get(id, { waitFor: removed.position }));
});

writes('adds, changes or removes a port', async () => {
  const { document, version } = await ports.add({ id: 7, name: 'USB-C' });
  assert.equal(document, { id: 7, name: 'USB-C' });
  assert.is((await ports.rename(7, { name: 'MagSafe 3' }, { ifMatch: version })).document.name, 'MagSafe 3');
  assert.equal(await collect(ports.list({ where: { name: 'MagSafe 3' } })), [{ id: 7, name: 'MagSafe 3' }]);
  await ports.remove(7);
});

writes('is executed once when repeated with the same idempotency key', async () => {
  const options = { idempotencyKey: 'client-1' };
  const first = await laptops.add({ title: 'Apple', model: 'Air' }, options);
  assert.equal(await laptops.add({ title: 'Apple', model: 'Air' }, options), first);
  await assertProblem('invalid', 422, laptops.add({ title: 'Apple', model: 'Pro' }, options));
});

writes('rejects with the problem document of the service', async () => {
  const { document, version } = await laptops.add({ title: 'Dell', model: 'XPS' });
  const { id } = document;
  await assertProblem('conflict', 409, laptops.add({ id, title: 'Dell', model: 'XPS' }));
  await assertProblem('not-found', 404, laptops.revise(999_999, { title: 'a', model: 'b' }));
  await laptops.revise(id, { title: 'Dell', model: 'XPS 2' });
  await assertProblem(
    'precondition-failed',
    412,
    laptops.revise(id, { title: 'a', model: 'b' }, { ifMatch: version }),
  );
  await assertProblem('precondition-failed', 412, laptops.remove(id, { ifMatch: version }));
  const { document: problem } = await problemOf(laptops.add({ title: '', model: 'b' }));
  assert.equal(
    problem?.errors?.map(({ pointer }) => pointer),
    ['/title'],
  );
});
writes.run();

const reads = suite('a read');

reads('lists all entities across pages', async () => {
  const before = (await collect(laptops.list({ waitFor: 'latest' }))).length;
  const titles = ['a', 'b', 'c', 'd', 'e'];
  for (const title of titles) await laptops.add({ title, model: 'list' });
  const list = { where: { model: 'list' }, waitFor: 'latest' } as const;
  const found = await collect(laptops.list({ ...list, pageSize: 2 }));
  assert.equal(found.map(({ title }) => title).toSorted(), titles);
  assert.equal(await collect(laptops.list(list)), found);
  assert.equal(await collect(laptops.list({ ...list, after: found[1]?.id ?? 0 })), found.slice(2));
  assert.is((await collect(laptops.list({ pageSize: 3 }))).length, before + titles.length);
});

reads('asks the stream leaders for the first page of `latest` only', async () => {
  for (const model of ['one', 'two', 'three']) await laptops.add({ title: 'pages', model });
  const waits: (string | null)[] = [];
  const counted = createClient(laptopService.url, laptopDefinition, {
    fetch(url, options) {
      waits.push(new Headers(options?.headers).get('Wait-For-Position'));
      return fetch(url, options);
    },
  });
  const added = await ports.add({ name: 'USB-C' });
  const list = { where: { title: 'pages' }, pageSize: 1, waitFor: 'latest' } as const;
  assert.is((await collect(counted.list(list))).length, 3);
  const [first, ...others] = waits;
  assert.is(first, 'latest');
  assert.is(others.length, 2);
  for (const wait of others) assert.match(wait ?? '', new RegExp(`^LAPTOPS=\\d+, PORTS=${added.position}$`));
  await ports.remove(added.document.id);
});

reads('returns the state at a position or at a time', async () => {
  const added = await laptops.add({ title: 'HP', model: 'one' });
  const { id } = added.document;
  const changed = await laptops.revise(id, { title: 'HP', model: 'two' });
  assert.is((await laptops.asOf(added.position).get(id)).document.model, 'one');
  assert.is((await laptops.asOf(changed.position).get(id)).document.model, 'two');
  const earlier = await collect(laptops.asOf(added.position).list({ where: { title: 'HP' }, pageSize: 1 }));
  assert.equal(
    earlier.map(({ model }) => model),
    ['one'],
  );
  await assertProblem('not-found', 404, laptops.asOf(new Date('2020-01-01')).get(id));
});

reads('returns the history of an entity, and the rejected messages', async () => {
  const { document, position } = await laptops.add(
    { title: 'HP', model: 'one' },
    { idempotencyKey: 'history-1' },
  );
  const { id } = document;
  const [rejected = 0] = await publishAll(connection.nc, [
    { subject: `laptops.events.${id}`, payload: '{"type":"Nonsense"}' },
  ]);
  const history = await collect(laptops.history(id, { waitFor: 'latest' }));
  assert.equal(
    history.map(({ position: at, event, messageId }) => [at, event?.type, messageId]),
    [
      [position, 'LaptopAdded', 'history-1'],
      [rejected, undefined, undefined],
    ],
  );
  const newest = await collect(laptops.history(id, { order: 'desc', pageSize: 1 }));
  assert.equal(newest, history.toReversed());
  const rejections = await laptops.rejections({ waitFor: 'latest' });
  assert.is(rejections.at(-1)?.position, rejected);
  assert.match(rejections.at(-1)?.reason ?? '', /Nonsense/);
});

reads('waits for a position no longer than `waitSeconds`', async () => {
  const singleAttempt = createClient(laptopService.url, laptopDefinition, { maxAttempts: 1 });
  await assertProblem('unavailable', 503, singleAttempt.get(1, { waitFor: 999_999, waitSeconds: 0 }));
});
reads.run();

const following = suite('follow');

following('yields every event after a position, optionally filtered by laptop or type', async () => {
  const added = await laptops.add({ title: 'Acer', model: 'one' });
  const { id } = added.document;
  await laptops.revise(id, { title: 'Acer', model: 'two' });
  const after = added.position - 1;
  const [first, second] = await collect(laptops.follow({ after, id }), 2);
  assert.is(first?.position, added.position);
  assert.equal(first?.event, { type: 'LaptopAdded', title: 'Acer', model: 'one' });
  assert.equal(second?.event, { type: 'LaptopRevised', model: 'two' });
  const [revised] = await collect(laptops.follow({ after, types: ['LaptopRevised'] }), 1);
  assert.equal(revised, second);
});

following('resumes after a service restart without gaps or duplicates', async () => {
  const first = await start('laptops');
  const client = createClient(first.url, laptopDefinition);
  const { position } = await client.add({ title: 'first', model: 'follow' });
  const seen: string[] = [];
  const done = new AbortController();
  const follower = (async () => {
    for await (const { event } of client.follow({ after: position - 1, signal: done.signal })) {
      if (event.type === 'LaptopAdded') seen.push(event.title);
      if (seen.at(-1) === 'last') return;
    }
  })();
  await laptops.add({ title: 'second', model: 'follow' });
  assert.is(await first.stop(), 0);
  await laptops.add({ title: 'third', model: 'follow' });
  const second = await start('laptops', { HTTP_PORT: new URL(first.url).port });
  await laptops.add({ title: 'last', model: 'follow' });
  await follower;
  assert.equal(seen, ['first', 'second', 'third', 'last']);
  await second.stop();
});

following('ends when its signal aborts', async () => {
  const signal = AbortSignal.timeout(200);
  assert.equal(await collect(laptops.follow({ signal })), []);
});

following('throws EventsGone if the requested position is not available', async () => {
  const error: unknown = await collect(laptops.follow({ after: 999_999 })).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof EventsGone);
  assert.is(error.asked, 999_999);
  // Following continues from the position in the error.
  const { position } = await laptops.add({ title: 'Acer', model: 'after' }, {});
  const [next] = await collect(laptops.follow({ after: error.position }), 1);
  assert.is(next?.position, position);
});
following.run();

const example = suite('the example');

example('exits with 0 and removes everything that it added', async () => {
  const before = await collect(laptops.list({ waitFor: 'latest' }));
  const child = spawn(
    process.execPath,
    [...typescriptArgs, fileURLToPath(new URL('../../examples/client.ts', import.meta.url))],
    { env: { ...process.env, LAPTOPS_URL: laptopService.url, PORTS_URL: portService.url } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const [code] = await once(child, 'close');
  assert.is(code, 0, output);
  assert.match(output, /Rejected \(412 precondition-failed\)/);
  assert.match(output, /event \d+: {"type":"LaptopRemoved"}/);
  assert.equal(await collect(laptops.list({ waitFor: 'latest' })), before);
  assert.equal(await collect(ports.list({ waitFor: 'latest' })), []);
});
example.after(async () => {
  await Promise.all([laptopService.stop(), portService.stop()]);
  await connection.nc.close();
  await broker.close();
});
example.run();
