/** A service that cannot start yet reports the reason. It is alive but not ready, so it gets no traffic and is not restarted. */

import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { provisionStreams, readStreamDefinition } from '../../src/kit/nats/provisioning/provisioning.ts';
import { startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { assertProblem, createHttpClient, type HttpClient } from '../support/http/http.ts';
import { launchLoggedService, type Logged } from '../support/process/logged-service.ts';
import type { LaunchedService } from '../support/process/service-process.ts';
import { findFreePort } from '../support/process/free-port.ts';

const broker = await startTestBroker();
const { nc } = await connectToNats({ url: broker.url, name: 'test' });
const jsm = await jetstreamManager(nc);
const folder = fileURLToPath(new URL('../../streams', import.meta.url));
const provision = () => provisionStreams(nc, folder);

/** Restarts the broker and waits until the connection of this test has recovered. */
async function restartBroker(): Promise<void> {
  await broker.restart();
  await eventually(() => jsm.streams.info('LAPTOPS'));
}

type Launched = LaunchedService &
  Logged &
  HttpClient & {
    /** Requests a probe endpoint, such as `readyz`. */
    probe(name: string): Promise<{ status: number; text: string }>;
  };

const launched: Launched[] = [];

/** Starts the service and resolves once it accepts HTTP requests, whether it is ready or not. */
async function launch(name: string): Promise<Launched> {
  const [httpPort, probePort] = [await findFreePort(), await findFreePort()];
  const service = {
    ...launchLoggedService(name, {
      natsUrl: broker.url,
      env: { HTTP_PORT: String(httpPort), PROBE_PORT: String(probePort) },
    }),
    ...createHttpClient(`http://127.0.0.1:${httpPort}`),
    async probe(probe: string) {
      const { status, text } = await createHttpClient(`http://127.0.0.1:${probePort}`).get(`/${probe}`);
      return { status, text };
    },
  };
  launched.push(service);
  await eventually(() => service.get('/'), 30_000);
  return service;
}

/** Asserts that the service is alive but not ready, and that probes and REST responses contain the reason. */
async function assertWaiting({ probe, get, post }: Launched, path: string, reason: RegExp): Promise<void> {
  await eventually(async () => {
    for (const name of ['readyz', 'startupz']) {
      const { status, text } = await probe(name);
      assert.is(status, 503);
      assert.match(text, reason);
    }
  });
  for (const response of [await get(path), await get(`${path}/1`), await post(path, { json: {} })]) {
    assertProblem(response, 'unavailable', reason);
    assert.match(response.headers.get('Retry-After') ?? '', /^[1-9]\d*$/);
  }
  assert.equal(await probe('livez'), { status: 200, text: 'ok\n' });
}

async function assertReady({ awaitLog, probe, get }: Launched, path: string): Promise<void> {
  await awaitLog('ready');
  for (const name of ['readyz', 'startupz', 'livez'])
    assert.equal(await probe(name), { status: 200, text: 'ok\n' });
  assert.is((await get(path)).status, 200);
}

const mismatchMessage = 'stream does not match its definition; run the provisioner';

const startup = suite('a starting service');

startup('reports a missing stream and waits for it', async () => {
  const service = await launch('laptops');
  const { level, stream, reason } = await service.awaitLog(mismatchMessage, 'LAPTOPS');
  assert.equal([level, stream, reason], ['error', 'LAPTOPS', 'the stream does not exist']);
  await assertWaiting(service, '/laptops', /LAPTOPS.*the stream does not exist/);
  assert.equal(service.logged('ready'), []);
  await provision();
  await assertReady(service, '/laptops');
  assert.is(await service.stop(), 0);
});
startup('reports how a stream differs from its definition, and waits until it matches', async () => {
  await provision();
  await jsm.streams.delete('PORTS');
  const wanted = await readStreamDefinition(`${folder}/ports.json`, 'ports');
  await jsm.streams.add({ ...wanted, duplicate_window: 60e9, deny_purge: false });
  const service = await launch('ports');
  const { stream, reason } = await service.awaitLog(mismatchMessage, 'PORTS');
  assert.is(stream, 'PORTS');
  const differences =
    /duplicate_window is 60000000000, wanted 120000000000 \([^)]+\); deny_purge is false, wanted true \(/;
  assert.match(String(reason), differences);
  await assertWaiting(service, '/port', differences);
  await provision();
  await assertReady(service, '/port');
  assert.is(await service.stop(), 0);
});
startup('ignores differences in fields that a deployment may choose', async () => {
  await provision();
  await jsm.streams.update('PORTS', { description: 'ours' });
  const service = await launch('ports');
  await assertReady(service, '/ports');
  assert.equal(service.logged(mismatchMessage), []);
  assert.is(await service.stop(), 0);
});
startup('reports an option that the definition does not name, with its consequence', async () => {
  await provision();
  await jsm.streams.update('PORTS', { republish: { src: '>', dest: 'copies.>' } });
  const service = await launch('ports');
  await assertWaiting(service, '/ports', /republish is \{.*\}, wanted unset \(events are published again/);
  await jsm.streams.delete('PORTS');
  await provision();
  await assertReady(service, '/ports');
  assert.is(await service.stop(), 0);
});
startup('waits for a followed stream only if its content differs', async () => {
  await provision();
  await jsm.streams.update('PORTS', { duplicate_window: 240e9, max_msg_size: 131_072 });
  const first = await launch('laptops');
  await assertReady(first, '/laptops');
  assert.equal(first.logged(mismatchMessage), []);
  await jsm.streams.update('PORTS', { subject_transform: { src: 'ports.events.*', dest: 'ports.events.1' } });
  const second = await launch('laptops');
  await assertWaiting(
    second,
    '/laptops',
    /PORTS does not match.*: subject_transform is .* under another subject/,
  );
  await jsm.streams.delete('PORTS');
  await provision();
  await assertReady(second, '/laptops');
  for (const { stop } of [first, second]) await stop();
});
startup('reports an unreachable broker and waits for it', async () => {
  await broker.kill();
  const service = await launch('laptops');
  const { level, natsUrl } = await service.awaitLog('cannot connect to NATS; retrying');
  assert.equal([level, natsUrl], ['warn', broker.url]);
  await assertWaiting(service, '/laptops', /connecting to NATS/);
  await restartBroker();
  await assertReady(service, '/laptops');
  assert.is(await service.stop(), 0);
});
startup('exits with 0 on SIGTERM while it waits', async () => {
  await broker.kill();
  const service = await launch('laptops');
  await assertWaiting(service, '/laptops', /connecting to NATS/);
  assert.is(await service.stop(), 0);
  await restartBroker();
});
startup.run();

const replacedStream = suite('a running service');

for (const [contents, count] of [
  ['empty', 0],
  ['with more messages than before', 8],
] as const) {
  replacedStream(`exits with 1 if its stream is deleted and created again ${contents}`, async () => {
    await provision();
    const service = await launch('laptops');
    const { position } = await service.awaitLog('ready');
    const js = jetstream(nc);
    const publish = (id: number) =>
      js.publish(`laptops.events.${id}`, '{"type":"LaptopAdded","title":"T","model":"M"}');
    const { seq } = await publish(100 + count);
    assert.is(seq, Number(position) + 1);
    const seen = await service.get(`/laptops/${100 + count}`, {
      headers: { 'Wait-For-Position': String(seq) },
    });
    assert.is(seen.status, 200);

    await jsm.streams.delete('LAPTOPS');
    await provision();
    for (let id = 1; id <= count; id++) await publish(id);
    assert.is(await service.exited, 1);
    const [fatal, ...others] = service.logged().filter((line) => line['level'] === 'fatal');
    assert.equal(others, []);
    assert.is(fatal?.['msg'], 'stream replaced');
    assert.match(String(fatal?.['detail']), /LAPTOPS was deleted and recreated/);

    const next = await launch('laptops');
    await assertReady(next, '/laptops');
    assert.is((await next.get('/laptops')).headers.get('Stream-Position'), String(count));
    assert.is(await next.stop(), 0);
  });
}
replacedStream.after(async () => {
  await Promise.all(launched.map(({ stop }) => stop('SIGKILL')));
  await nc.close();
  await broker.close();
});
replacedStream.run();
