/** A replica that lags in a followed stream only. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertProblem } from '../support/http/http.ts';
import { publishAll } from '../support/broker/publish.ts';
import { startTcpProxy } from '../support/broker/tcp-proxy.ts';
import { startTestSystem } from '../support/process/system.ts';

const { broker, connection, start, close } = await startTestSystem();
const proxy = await startTcpProxy(broker.url);
const [laptops, ports] = await Promise.all([
  start('laptops', { natsUrl: proxy.url }),
  start('ports', { natsUrl: proxy.url }),
]);
const portAdded = (id: number) => ({
  subject: `ports.events.${id}`,
  payload: JSON.stringify({ type: 'PortAdded', name: 'USB-C' }),
});
const latest = (wait: number) => ({ 'Wait-For-Position': 'latest', Prefer: `wait=${wait}` });
assert.is((await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } })).status, 201);

const test = suite('a replica that lags in a followed stream');

test('does not respond to a read with `latest` before it has caught up with that stream', async () => {
  await publishAll(connection.nc, [portAdded(7)]);
  assert.is((await laptops.put('/laptops/1/ports/7')).status, 204);
  await ports.get('/ports/7/laptops', { headers: latest(30) });
  proxy.holdDeliveries('LAPTOPS');
  await publishAll(connection.nc, [
    { subject: 'laptops.events.1', payload: JSON.stringify({ type: 'LaptopRevised', title: 'Acer' }) },
  ]);
  const early = await ports.get('/ports/7/laptops', { headers: latest(0) });
  assertProblem(early, 'unavailable', /of LAPTOPS/);
  proxy.release();
  const { status, text } = await ports.get('/ports/7/laptops', { headers: latest(30) });
  assert.is(status, 200);
  assert.match(text, 'Acer');
});
test('does not reject a command because of an event of that stream that it has not applied', async () => {
  proxy.holdDeliveries('PORTS');
  await publishAll(connection.nc, [portAdded(8)]);
  assertProblem(await laptops.put('/laptops/1/ports/8'), 'unavailable', /did not reach position/);
  const fitting = laptops.put('/laptops/1/ports/8');
  proxy.release();
  assert.is((await fitting).status, 204);
  assertProblem(await laptops.put('/laptops/1/ports/9'), 'conflict', /no port 9/);
});
test.after(async () => {
  await close();
  await proxy.close();
});
test.run();
