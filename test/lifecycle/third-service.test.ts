/** `examples/chargers/` has every feature of a service without any change to the kit or to the other services. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { findReplicas } from '../../src/kit/nats/services/replicas.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { openEventStream } from '../support/http/event-stream.ts';
import { assertProblem, positionOf } from '../support/http/http.ts';
import { startLoggedService } from '../support/process/logged-service.ts';

const folder = new URL('../../examples/chargers/', import.meta.url);
const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const { nc } = connection;
await provisionStreams(nc, fileURLToPath(new URL('streams', folder)));
const ports = await startLoggedService('ports', { natsUrl: broker.url });
assert.is((await ports.post('/ports', { json: { id: 1, name: 'USB-C' } })).status, 201);
const start = () =>
  startLoggedService('chargers', {
    natsUrl: broker.url,
    entry: new URL('main.ts', folder),
    env: { SNAPSHOT_EVERY: '20' },
  });
const chargers = await start();
const usbC = { id: 1, name: 'USB-C' };

const chargerService = suite('the charger service');

chargerService('executes commands over REST and returns the port name', async () => {
  const added = await chargers.post('/chargers', { json: { id: 1, watts: 65, portId: 1 } });
  assert.is(added.status, 201);
  assert.equal(added.body, { id: 1, watts: 65, port: usbC });
  const changed = await chargers.put('/chargers/1', { json: { watts: 100, portId: 1 } });
  assert.equal(changed.body, { id: 1, watts: 100, port: usbC });
  assert.equal((await chargers.get('/chargers?watts=100')).body, [changed.body]);
  assertProblem(await chargers.post('/chargers', { json: { watts: 65, portId: 7 } }), 'conflict', /port 7/);
  assertProblem(await chargers.post('/chargers', { json: { watts: 0, portId: 1 } }), 'invalid');
  const pointInTime = await chargers.get(`/chargers?asOf=${positionOf(added)}`);
  assert.equal(pointInTime.body, [added.body]);
});
chargerService('executes commands over NATS', async () => {
  const reply = await nc.request('chargers.commands.add', JSON.stringify({ id: 2, watts: 30, portId: 1 }));
  assert.equal(reply.json<{ charger: unknown }>().charger, { id: 2, watts: 30, port: usbC });
  assert.is((await findReplicas(nc, 'chargers')).length, 1);
});
chargerService('applies published events, lists rejected messages, and sends live events', async () => {
  const live = await openEventStream(`${chargers.url}/chargers/events`);
  nc.publish('chargers.events.3', '{"type":"ChargerRemoved"}');
  nc.publish('chargers.events.3', '{"type":"ChargerAdded","watts":45,"portId":1}');
  const { id } = await live.next((block) => block.event === 'message' && block.data !== undefined);
  live.close();
  assert.equal((await chargers.get('/chargers/3')).body, { id: 3, watts: 45, port: usbC });
  assert.is((await chargers.get('/chargers/3')).headers.get('ETag')?.split(';')[0], `"${id}`);
  const { body } = await chargers.get('/chargers/rejections');
  assert.ok(Array.isArray(body) && body.length === 1);
});
chargerService('serves OpenAPI, AsyncAPI, documentation pages and the web console', async () => {
  const { body } = await chargers.get('/openapi.json');
  assert.match(JSON.stringify(body), '/chargers/{id}/events');
  for (const path of ['/docs', '/docs/events', '/asyncapi.json', '/'])
    assert.is((await chargers.get(path)).status, 200, path);
});
chargerService('exports metrics of every stream it reads', async () => {
  const metrics = await (await fetch(`${chargers.probeUrl}/metrics`)).text();
  assert.match(metrics, /^portside_applied_position\{.*stream="CHARGERS".*\} [1-9]/m);
  assert.match(metrics, /^portside_applied_position\{.*stream="PORTS".*\} 1$/m);
});
chargerService('starts from a snapshot', async () => {
  for (let id = 10; id < 40; id += 1) {
    const { status } = await chargers.post('/chargers', { json: { id, watts: 65, portId: 1 } });
    assert.is(status, 201);
  }
  const { position } = await chargers.awaitLog('snapshot finished', 'CHARGERS');
  const before = await chargers.get('/chargers');
  assert.is(await chargers.stop(), 0);
  const again = await start();
  assert.is((await again.awaitLog('caught up', 'CHARGERS'))['from'], position);
  assert.equal((await again.get('/chargers')).body, before.body);
  await again.stop();
});
chargerService('has the number of lines stated in docs/kit.md', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(?:ts|json|yaml)$|Dockerfile$/.test(file),
  );
  const lines = (pattern: RegExp) =>
    files
      .filter((file) => pattern.test(file))
      .reduce((sum, file) => sum + readFileSync(new URL(file, folder), 'utf8').split('\n').length - 1, 0);
  const statement = `${lines(/\.ts$/)} lines of TypeScript and ${lines(/\.(?:json|yaml)$|Dockerfile$/)} of configuration`;
  const documentation = readFileSync(new URL('../../docs/kit.md', import.meta.url), 'utf8').replaceAll(
    /\s+/g,
    ' ',
  );
  assert.ok(documentation.includes(statement), `docs/kit.md does not state: ${statement}`);
});
chargerService.after(async () => {
  await ports.stop();
  await nc.close();
  await broker.close();
});
chargerService.run();
