/** The laptop service keeps working and returns port names while every replica of the port service is down. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { positionOf } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, close } = await startTestSystem();
const laptops = await start('laptops');
const ports = await Promise.all([start('ports'), start('ports')]);
const lenovo = { title: 'Lenovo', model: 'S3' };
const usbC = { id: 1, name: 'USB-C' };
const barrel = { id: 2, name: 'barrel' };
const latest = { headers: { 'Wait-For-Position': 'latest' } };

const isolation = suite('after every replica of the port service is killed');

isolation('the laptop service still returns port names and fits ports', async () => {
  for (const json of [usbC, barrel]) assert.is((await ports[0].post('/ports', { json })).status, 201);
  assert.is((await laptops.post('/laptops', { json: { id: 1, ...lenovo } })).status, 201);
  assert.is((await laptops.put('/laptops/1/ports/1')).status, 204);

  await Promise.all(ports.map((replica) => replica.stop('SIGKILL')));

  assert.equal((await laptops.get('/laptops/1', latest)).body, { id: 1, ...lenovo, ports: [usbC] });
  assert.is((await laptops.put('/laptops/1/ports/2')).status, 204);
  assert.is((await laptops.put('/laptops/1/ports/3')).status, 409);
  assert.is((await laptops.post('/laptops', { json: { id: 2, ...lenovo } })).status, 201);
  assert.is((await laptops.put('/laptops/2/ports/2')).status, 204);
  assert.equal((await laptops.get('/laptops', latest)).body, [
    { id: 1, ...lenovo, ports: [usbC, barrel] },
    { id: 2, ...lenovo, ports: [barrel] },
  ]);
});
isolation('a newly started replica of the laptop service returns port names and unfits ports', async () => {
  const restarted = await start('laptops');
  assert.equal((await restarted.get('/laptops')).body, [
    { id: 1, ...lenovo, ports: [usbC, barrel] },
    { id: 2, ...lenovo, ports: [barrel] },
  ]);
  assert.is((await restarted.delete('/laptops/1/ports/1')).status, 204);
});
isolation('a restarted port service catches up with the fitted ports', async () => {
  const restarted = await start('ports');
  assert.equal((await restarted.get('/ports/1/laptops')).body, []);
  assert.equal((await restarted.get('/ports/2/laptops')).body, [
    { id: 1, ...lenovo },
    { id: 2, ...lenovo },
  ]);
  const renamed = positionOf(await restarted.put('/ports/2', { json: { name: 'USB4' } }));
  const headers = { 'Wait-For-Position': `PORTS=${renamed}` };
  assert.equal((await laptops.get('/laptops/2', { headers })).body, {
    id: 2,
    ...lenovo,
    ports: [{ id: 2, name: 'USB4' }],
  });
});
isolation.after(close);
isolation.run();
