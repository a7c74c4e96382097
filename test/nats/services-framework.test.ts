/** The services framework protocol on a real server: discovery, statistics, queue groups, reconnects and shutdown. */

import { errors } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import {
  fetchServiceInfo,
  fetchServiceStats,
  pingServices,
} from '../../src/kit/nats/services/framework/discovery.ts';
import {
  startService,
  type ServiceEndpoint,
  type ServiceOptions,
} from '../../src/kit/nats/services/framework/service.ts';
import { startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';

const broker = await startTestBroker();
const server = await connectToNats({ url: broker.url, name: 'server' });
const { nc } = await connectToNats({ url: broker.url, name: 'client' });

/** Replies with the payload; to `missing` with an error, and to `broken` by throwing. */
const echo: ServiceEndpoint = {
  name: 'echo',
  subject: 'lamps.echo',
  metadata: { summary: 'Echo' },
  handle(request) {
    const text = new TextDecoder().decode(request.data);
    if (text === 'missing') request.respondError(404, 'There is no lamp', '{"code":"not-found"}');
    else if (text === 'broken') throw new Error('the filament is broken');
    else request.respond(text);
  },
};

const start = (options: Partial<ServiceOptions> = {}) =>
  startService({
    nc: server.nc,
    name: 'lamps',
    version: '1.2.3',
    description: 'Lamps',
    metadata: { room: 'kitchen' },
    endpoints: [echo],
    ...options,
  });

const statsOf = async (id: string) => (await fetchServiceStats(nc, { name: 'lamps', id }))[0]?.endpoints[0];
const idsOf = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id).toSorted();

const discovery = suite('discovery of services');

discovery('reaches all services, the replicas of one service, and one replica', async () => {
  const lamps = await Promise.all([start(), start()]);
  const doors = await start({ name: 'doors', endpoints: [] });
  for (const find of [pingServices, fetchServiceInfo, fetchServiceStats]) {
    assert.equal(idsOf(await find(nc)), idsOf([...lamps, doors]));
    assert.equal(idsOf(await find(nc, { name: 'lamps' })), idsOf(lamps));
    assert.equal(idsOf(await find(nc, { name: 'lamps', id: lamps[0].id })), [lamps[0].id]);
    assert.equal(await find(nc, { name: 'lamps', id: doors.id }), []);
  }
  await Promise.all([...lamps, doors].map((service) => service.stop()));
  assert.equal(await pingServices(nc), []);
});
discovery('describes the service and its endpoints', async () => {
  const { id, stop } = await start();
  const identity = { name: 'lamps', id, version: '1.2.3', metadata: { room: 'kitchen' } };
  assert.equal(await pingServices(nc), [{ type: 'io.nats.micro.v1.ping_response', ...identity }]);
  const endpoint = { name: 'echo', subject: 'lamps.echo', queue_group: 'q' };
  assert.equal(await fetchServiceInfo(nc), [
    {
      type: 'io.nats.micro.v1.info_response',
      ...identity,
      description: 'Lamps',
      endpoints: [{ ...endpoint, metadata: { summary: 'Echo' } }],
    },
  ]);
  await stop();
});
discovery('ignores replies that are not responses of the protocol', async () => {
  const { id, stop } = await start();
  const stray = server.nc.subscribe('$SRV.PING', {
    callback: (_error, message) => {
      message.respond('not JSON');
      message.respond('{"type":"io.nats.micro.v1.ping_response"}');
    },
  });
  await server.nc.flush();
  assert.equal(idsOf(await pingServices(nc)), [id]);
  stray.unsubscribe();
  await stop();
});
discovery('rejects invalid names and versions', async () => {
  for (const [options, message] of [
    [{ name: 'my lamps' }, /name of the service .*"my lamps"/],
    [{ version: '1.2' }, /not a semantic version: "1\.2"/],
    [{ endpoints: [{ ...echo, name: 'lamps.echo' }] }, /name of the endpoint .*"lamps\.echo"/],
  ] as const) {
    const error = await start(options).catch((error: unknown) => error);
    assert.ok(error instanceof Error);
    assert.match(error.message, message);
  }
  assert.equal(await pingServices(nc), []);
});
discovery.run();

const statistics = suite('the statistics of an endpoint');

statistics('count every error reply, whether the handler sends it or throws', async () => {
  const failures: unknown[] = [];
  const { id, stop } = await start({ onHandlerError: (...failure) => failures.push(failure) });
  assert.is((await statsOf(id))?.last_error, '');

  assert.is((await nc.request('lamps.echo', 'light')).string(), 'light');
  assert.is((await statsOf(id))?.num_errors, 0);

  const missing = await nc.request('lamps.echo', 'missing');
  assert.is(missing.headers?.get('Nats-Service-Error-Code'), '404');
  assert.is(missing.headers?.get('Nats-Service-Error'), 'There is no lamp');
  assert.equal(missing.json(), { code: 'not-found' });
  const afterMissing = await statsOf(id);
  assert.is(afterMissing?.num_errors, 1);
  assert.is(afterMissing?.last_error, '404: There is no lamp');

  const broken = await nc.request('lamps.echo', 'broken');
  assert.is(broken.headers?.get('Nats-Service-Error-Code'), '500');
  // The reply does not contain the message of the error.
  assert.is(broken.headers?.get('Nats-Service-Error'), 'Internal error');
  assert.equal(failures, [['lamps.echo', new Error('the filament is broken')]]);
  const afterBroken = await statsOf(id);
  assert.is(afterBroken?.num_requests, 3);
  assert.is(afterBroken?.num_errors, 2);
  assert.is(afterBroken?.last_error, '500: Internal error');
  await stop();
});
statistics('measure the time until an asynchronous handler has finished, in nanoseconds', async () => {
  const milliseconds = 20;
  const { id, stop } = await start({
    endpoints: [
      {
        ...echo,
        async handle(request) {
          const startedAt = performance.now();
          while (performance.now() - startedAt < milliseconds) await server.nc.flush();
          request.respond('');
        },
      },
    ],
  });
  await nc.request('lamps.echo', '');
  await nc.request('lamps.echo', '');
  const stats = await statsOf(id);
  assert.ok(stats !== undefined && stats.processing_time >= 2 * milliseconds * 1e6, JSON.stringify(stats));
  assert.is(stats.average_processing_time, Math.trunc(stats.processing_time / 2));
  await stop();
});
statistics('contain additional data, which is read for each response', async () => {
  let position = 0;
  const { id, stop } = await start({ readData: () => ({ position: (position += 1) }) });
  assert.equal((await statsOf(id))?.data, { position: 1 });
  assert.equal((await statsOf(id))?.data, { position: 2 });
  await stop();
});
statistics('are requested in vain if the data cannot be read, but the service continues', async () => {
  const failures: unknown[] = [];
  const { id, stop } = await start({
    readData() {
      throw new Error('no data');
    },
    onHandlerError: (subject) => failures.push(subject),
  });
  assert.is(await statsOf(id), undefined);
  assert.equal(failures, [`$SRV.STATS.lamps.${id}`]);
  assert.is((await nc.request('lamps.echo', 'light')).string(), 'light');
  await stop();
});
statistics('count each request on the one replica that handles it', async () => {
  const replicas = await Promise.all([start(), start()]);
  const requestCount = 200;
  const replies = await Promise.all(
    Array.from({ length: requestCount }, (_, index) => nc.request('lamps.echo', String(index))),
  );
  assert.equal(
    replies.map((reply) => reply.string()),
    Array.from({ length: requestCount }, (_, index) => String(index)),
  );
  const counts = await Promise.all(
    replicas.map(async ({ id }) => (await statsOf(id))?.num_requests ?? Number.NaN),
  );
  assert.is(counts[0]! + counts[1]!, requestCount);
  // The server chooses a member of the queue group at random.
  assert.ok(counts.every((count) => count > 0));
  await Promise.all(replicas.map((replica) => replica.stop()));
});
statistics('count a reply that is larger than a message may be as an error', async () => {
  const { id, stop } = await start({
    endpoints: [{ ...echo, handle: (request) => request.respond('x'.repeat(nc.info?.max_payload ?? 0) + 1) }],
  });
  const reply = await nc.request('lamps.echo', '');
  assert.is(reply.headers?.get('Nats-Service-Error-Code'), '500');
  assert.is((await statsOf(id))?.last_error, '500: Internal error');
  await stop();
});
statistics('count a request without a reply subject', async () => {
  const { id, stop } = await start();
  nc.publish('lamps.echo', 'missing');
  await eventually(async () => assert.is((await statsOf(id))?.num_errors, 1));
  await stop();
});
statistics.run();

const lifecycle = suite('a service');

lifecycle('serves requests and discovery again after the server has restarted', async () => {
  const { id, stop } = await start();
  await nc.request('lamps.echo', 'missing');
  await broker.kill();
  await broker.restart();
  await eventually(async () => assert.is((await nc.request('lamps.echo', 'light')).string(), 'light'));
  assert.equal(idsOf(await pingServices(nc, { name: 'lamps' })), [id]);
  const stats = await statsOf(id);
  assert.is(stats?.num_errors, 1);
  assert.ok((stats?.num_requests ?? 0) > 1);
  await stop();
});
lifecycle('does not receive requests after it has stopped', async () => {
  const { stop } = await start();
  await stop();
  const error = await nc.request('lamps.echo', '').catch((error: unknown) => error);
  assert.ok(error instanceof errors.RequestError && error.isNoResponders());
});
lifecycle('stops without an error if its connection is closed while a request is in flight', async () => {
  const own = await connectToNats({ url: broker.url, name: 'own' });
  const events: string[] = [];
  let finish: () => void = () => undefined;
  const isFinished = new Promise<void>((resolve) => (finish = resolve));
  let accept: () => void = () => undefined;
  const isAccepted = new Promise<void>((resolve) => (accept = resolve));
  const { stop } = await start({
    nc: own.nc,
    endpoints: [
      {
        ...echo,
        async handle(request) {
          accept();
          await isFinished;
          request.respond('too late');
          events.push('handled');
        },
      },
    ],
  });
  nc.publish('lamps.echo', '', { reply: 'nobody' });
  await isAccepted;
  await own.nc.close();
  const stopped = stop().then(() => events.push('stopped'));
  finish();
  await stopped;
  assert.equal(events, ['handled', 'stopped']);
});
lifecycle.after(async () => {
  await Promise.all([server.nc.close(), nc.close()]);
  await broker.close();
});
lifecycle.run();
