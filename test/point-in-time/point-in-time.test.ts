/** `?asOf=`: a point-in-time read returns the same response as a read at that moment. */

import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createView } from '../../src/kit/eventlog/view/view.ts';
import { laptopContract, laptopEvents } from '#contracts/laptops';
import { laptopService } from '../../src/laptops/laptop.ts';
import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import { storedOf } from '../../src/kit/nats/stream/stream-identity.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { assertProblem, pointersOf, type HttpResponse, type HttpClient } from '../support/http/http.ts';
import { startLoggedService } from '../support/process/logged-service.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const js = jetstream(connection.nc);
const env = { SNAPSHOT_EVERY: '60' };
const [laptops, ports] = await Promise.all(
  ['laptops', 'ports'].map((name) => startLoggedService(name, { natsUrl: broker.url, env })),
);
if (laptops === undefined || ports === undefined) throw new Error('a service did not start');

type Moment = {
  readonly position: number;
  /** Time of the last message, in milliseconds since 1970. The next message has a later time. */
  readonly time: number;
  /** The pages returned at that moment, by path. */
  readonly pages: ReadonlyMap<string, unknown>;
};

/** The parts of a response that do not depend on when it is read. */
function comparableParts({ status, headers, body }: HttpResponse) {
  return { status, body, tag: headers.get('ETag') };
}

/** Reads all pages of a path. */
async function readAll({ get }: HttpClient, path: string, headers = {}): Promise<unknown[]> {
  const pages: unknown[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const response: HttpResponse = await get(next, { headers });
    pages.push(comparableParts(response));
    next = /^<(.*)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1];
  }
  return pages;
}

const latest = { 'Wait-For-Position': 'latest' };

/** Records the current pages of the paths, then waits until the time of the next message must be later. */
async function record(service: HttpClient, stream: string, paths: readonly string[]): Promise<Moment> {
  const pages = new Map<string, unknown>();
  for (const path of paths) pages.set(path, await readAll(service, path, latest));
  const { last_seq: position } = (await jsm.streams.info(stream)).state;
  const time = (await jsm.streams.getMessage(stream, { seq: position }))?.time.getTime();
  assert.ok(time !== undefined);
  while (Date.now() <= time + 1) await sleep(1);
  return { position, time, pages };
}

/** Formats a time with the offset of another time zone. */
function formatInZone(time: number, hours: number): string {
  const local = new Date(time + hours * 3_600_000).toISOString().slice(0, -1);
  return `${local}${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
}

/** The values of `asOf` that identify a moment. */
const asOfValues = ({ position, time }: Moment) => [
  String(position),
  new Date(time).toISOString(),
  formatInZone(time, position % 2 === 0 ? 9 : -3),
  new Date(time).toISOString().toLowerCase(),
];

const withAsOf = (path: string, asOf: string) =>
  `${path}${path.includes('?') ? '&' : '?'}asOf=${encodeURIComponent(asOf)}`;

/** Reads the moments out of order, with each of their `asOf` values, and asserts that the pages equal the recorded ones. */
async function assertRecorded(service: HttpClient, moments: readonly Moment[]): Promise<void> {
  const [early, late] = [moments.slice(0, moments.length / 2), moments.slice(moments.length / 2)];
  const shuffled = early.flatMap((moment, index) => [late[index] ?? moment, moment]);
  assert.ok(new Set(shuffled).size >= moments.length - 1);
  for (const moment of [...shuffled, ...late.slice(-1)]) {
    for (const asOf of asOfValues(moment)) {
      for (const [path, pages] of moment.pages)
        assert.equal(await readAll(service, withAsOf(path, asOf)), pages, `${path} as of ${asOf}`);
      const [path = '/'] = moment.pages.keys();
      const { headers } = await service.get(withAsOf(path, asOf));
      assert.is(headers.get('Stream-Position'), String(moment.position));
    }
  }
}

const emptyStream = suite('asOf on an empty stream');

emptyStream('accepts position 0 and any time before now, but not position 1', async () => {
  for (const [{ get }, path] of [
    [laptops, '/laptops'],
    [ports, '/ports'],
  ] as const) {
    for (const asOf of ['0', new Date(Date.now() - 1000).toISOString()])
      assert.equal((await get(withAsOf(path, asOf))).body, []);
    assertProblem(await get(withAsOf(path, '1')), 'malformed', /position 1, but the stream ends at 0/);
  }
});
emptyStream.run();

const publish = (id: number, event: object | string) =>
  js.publish(`laptops.events.${id}`, typeof event === 'string' ? event : JSON.stringify(event));
const post = (id: number, title: string) => laptops.post('/laptops', { json: { id, title, model: 'M' } });

/** Each step appends to the stream, and one moment is recorded after it. Some steps append only rejected messages. */
const steps: readonly (() => Promise<unknown>)[] = [
  () => post(1, 'Lenovo'),
  () => post(3, 'IBM'),
  () => laptops.put('/laptops/1', { json: { title: 'IBM', model: 'T60' } }),
  () => publish(1, 'not JSON'),
  () => Promise.all([4, 5, 6, 7].map((id) => post(id, 'IBM'))),
  () => laptops.delete('/laptops/1'),
  () => publish(1, { type: 'LaptopRemoved' }),
  async () => {
    for (let id = 100; id < 180; id++) await post(id, `T${id % 10}`);
    await laptops.awaitLog('snapshot finished');
  },
  () => post(1, 'back'),
  () => publish(3, { type: 'LaptopAdded', title: 'x', model: 'y' }),
  () => publish(1, { type: 'PortFitted', portId: 9 }),
  () => Promise.all([4, 100].map((id) => laptops.delete(`/laptops/${id}`))),
  () => laptops.put('/laptops/3', { json: { title: 'last', model: 'M' } }),
];
const laptopPaths = [
  '/laptops',
  '/laptops?limit=2&title=IBM',
  '/laptops?limit=50&after=3',
  '/laptops?title=IBM&model=T60',
  ...[1, 3, 4, 100, 99].map((id) => `/laptops/${id}`),
];

const reads = suite('a read with asOf');
const moments: Moment[] = [];

reads(
  'returns laptops as recorded: items and filtered, paginated lists, by position and by time',
  async () => {
    for (const step of steps) {
      await step();
      moments.push(await record(laptops, 'LAPTOPS', laptopPaths));
    }
    assert.is(new Set(moments.map(({ position }) => position)).size, steps.length);
    await assertRecorded(laptops, moments);
  },
);
reads('returns ports as recorded, under both names of the collection', async () => {
  const portMoments: Moment[] = [];
  const paths = ['/ports', '/port?limit=1', '/ports?name=USB-C', '/ports/1', '/port/2'];
  for (const step of [
    () => ports.post('/ports', { json: { id: 1, name: 'USB-C' } }),
    () => ports.post('/ports', { json: { id: 2, name: 'USB-C' } }),
    () => js.publish('ports.events.1', '{"type":"PortRenamed","name":"MagSafe"}'),
    () => ports.delete('/port/2'),
  ]) {
    await step();
    portMoments.push(await record(ports, 'PORTS', paths));
  }
  await assertRecorded(ports, portMoments);
});
reads('returns the fold of the stream up to the position, for every position around a snapshot', async () => {
  const [{ position: snapshot } = {}] = laptops.logged('snapshot finished');
  assert.type(snapshot, 'number');
  const codec = createCodec(laptopEvents, eventSubjects('laptops'));
  const view = createView(laptopContract.fold);
  for (let position = 1; position <= Number(snapshot) + 2; position++) {
    const stored = await jsm.streams.getMessage('LAPTOPS', { seq: position });
    assert.ok(stored !== null);
    const { subject, data, header } = stored;
    view.apply(codec.decode({ subject, data, headers: header }, storedOf(stored)));
    if (position < Number(snapshot) - 2) continue;
    const { body } = await laptops.get(`/laptops?asOf=${position}`);
    assert.equal(
      body,
      view.list({ limit: 1000 }).map((laptop) => laptopService.present(laptop, { ports: () => undefined })),
      `position ${position}`,
    );
  }
});
reads('returns the ETag of that version and supports If-None-Match', async () => {
  const [moment] = moments;
  assert.ok(moment !== undefined);
  const { headers } = await laptops.get(`/laptops/1?asOf=${moment.position}`);
  const response = await laptops.get(`/laptops/1?asOf=${moment.position}`, {
    headers: { 'If-None-Match': headers.get('ETag') ?? '' },
  });
  assert.is(response.status, 304);
});
reads.run();

const values = suite('the value of asOf');

values('may be position 0 or a time before the first message; no entities existed then', async () => {
  for (const asOf of ['0', '1999-12-31T23:59:60z', new Date((moments[0]?.time ?? 0) - 1).toISOString()]) {
    assert.equal((await laptops.get(withAsOf('/laptops', asOf))).body, []);
    assertProblem(await laptops.get(withAsOf('/laptops/1', asOf)), 'not-found');
  }
});
values('is rejected if it is a position beyond the end of the stream', async () => {
  const { last_seq: end } = (await jsm.streams.info('LAPTOPS')).state;
  for (const path of ['/laptops', '/laptops/3']) {
    assert.is((await laptops.get(withAsOf(path, String(end)))).status, 200);
    for (const position of [end + 1, 999_999_999_999_999])
      assertProblem(
        await laptops.get(withAsOf(path, String(position))),
        'malformed',
        new RegExp(`ends at ${end}`),
      );
  }
});
values('is rejected if it is a time in the future', async () => {
  for (const path of ['/laptops', '/laptops/3']) {
    for (const asOf of [formatInZone(Date.now() + 60_000, 14), '2999-01-01T00:00:00Z'])
      assertProblem(await laptops.get(withAsOf(path, asOf)), 'malformed', /time in the future/);
  }
});
for (const asOf of [
  '',
  'x',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  ' 1',
  '1234567890123456',
  '2026-01-31',
  '12:00:00Z',
  '2026-01-31T12:00:00',
  '2026-02-30T12:00:00Z',
  '2026-01-31T25:00:00Z',
  '2026-01-31T12:00:00+1',
  '1&asOf=2',
]) {
  values(`is rejected as malformed: "${asOf}"`, async () => {
    for (const path of ['/laptops', '/laptops/3']) {
      const query = asOf.includes('&') ? asOf : encodeURIComponent(asOf);
      const response = await laptops.get(`${path}?asOf=${query}`);
      assertProblem(response, 'malformed');
      assert.equal(pointersOf(response), ['/asOf']);
    }
  });
}
values.after(async () => {
  await Promise.all([laptops.stop(), ports.stop()]);
  await connection.nc.close();
  await broker.close();
});
values.run();
