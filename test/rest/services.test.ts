/** `GET /services`: the services that reply over NATS, and whether the replicas of one hold the same state. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ServiceList, StateComparison } from '../../src/kit/api/responses/service-list.ts';
import { serveEndpoints } from '../../src/kit/nats/services/endpoints.ts';
import { startService } from '../../src/kit/nats/services/framework/service.ts';
import { eventually } from '../support/eventually.ts';
import { assertProblem, positionOf } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const { nc } = system.connection;
const laptops = await system.start('laptops', { env: { PUBLIC_URL: 'https://laptops.example.com/' } });

async function list(): Promise<ServiceList['services']> {
  const response = await laptops.get('/services');
  assert.is(response.status, 200);
  assert.is(response.headers.get('Cache-Control'), 'no-store');
  return ServiceList.parse(response.body).services;
}
const describe = (services: ServiceList['services']) =>
  services.map(({ name, replicas }) => `${name}: ${replicas.length}`);

const services = suite('the list of services');

services('has the service itself if it is alone', async () => {
  const [own, ...others] = await list();
  assert.equal(others, []);
  const [replica] = own?.replicas ?? [];
  assert.match(replica?.status?.replica ?? '', `-${laptops.pid}`);
  assert.is(replica?.status?.publicUrl, 'https://laptops.example.com/');
  assert.is(replica?.status?.httpPort, Number(new URL(laptops.url).port));
  assert.ok((replica?.status?.memoryBytes ?? 0) > 10_000_000);
  assert.ok((replica?.status?.eventLoopDelayMs ?? -1) >= 0);
});
services('has all services and replicas, and their positions', async () => {
  await system.start('laptops');
  const ports = await system.start('ports');
  const position = positionOf(await laptops.post('/laptops', { json: { title: 'Lenovo', model: 'S3' } }));
  await eventually(async () => {
    const found = await list();
    assert.equal(describe(found), ['laptops: 2', 'ports: 1']);
    const positions = found[0]?.replicas.map(({ status }) => status?.position);
    assert.equal(positions, [position, position]);
  });
  const fromPorts = ServiceList.parse((await ports.get('/services')).body);
  assert.equal(describe(fromPorts.services), ['laptops: 2', 'ports: 1']);
});
services('has services that were not made with the kit', async () => {
  const other = await startService({ nc, name: 'others', version: '1.0.0', description: '', endpoints: [] });
  await eventually(async () => {
    const found = (await list()).find(({ name }) => name === 'others');
    assert.equal(
      found?.replicas.map(({ version, status }) => [version, status]),
      [['1.0.0', null]],
    );
  });
  await other.stop();
});
services.run();

const comparisons = suite('the comparison of states');

async function compare(): Promise<StateComparison> {
  const response = await laptops.get('/services/laptops/comparison');
  assert.is(response.status, 200);
  return StateComparison.parse(response.body);
}

comparisons('finds equal states, and is reused for a while', async () => {
  const first = await compare();
  assert.is(first.verdict, 'agree');
  assert.is(first.position, 1);
  assert.is(first.replicas.length, 2);
  assert.is(new Set(first.replicas.map(({ digest }) => digest)).size, 1);
  assert.equal(await compare(), first);
});
comparisons('responds 404 for a service of which no replica replies', async () =>
  assertProblem(await laptops.get('/services/unknown/comparison'), 'not-found', 'unknown'),
);
comparisons('is undecided if a replica has no digest', async () => {
  const close = await serveEndpoints({
    nc,
    name: 'lamps',
    version: '1.0.0',
    description: '',
    endpoints: [],
    status: () => ({ replica: 'old', position: 3, entities: 1, rejected: 0 }),
  });
  const { body } = await laptops.get('/services/lamps/comparison');
  const { verdict, position } = StateComparison.parse(body);
  assert.equal([verdict, position], ['undecided', 3]);
  await close();
});
comparisons('responds 503 while the broker is unreachable', async () => {
  await system.broker.kill();
  await eventually(async () => assertProblem(await laptops.get('/services'), 'unavailable'));
});
comparisons.after(system.close);
comparisons.run();
