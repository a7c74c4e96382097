/** A service that ends waits for answers under way, and for nothing else that a client may hold open. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { open, send } from '../support/http/raw-http.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);

const test = suite('a service ends without waiting for connections on which nothing is asked');

test('such as browsers open in advance, and keep alive', async () => {
  const service = await startServiceProcess('laptops', { natsUrl: broker.url });
  const silent = open(service.url);
  const kept = open(service.url);
  kept.socket.write('GET /laptops HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((seen) => kept.socket.once('data', seen));
  // By force it would end with 1.
  assert.is(await service.stop(), 0);
  assert.is(await silent.received, '');
  assert.match(await kept.received, '200 OK');
});

test('while an answer under way is sent', async () => {
  const service = await startServiceProcess('laptops', { natsUrl: broker.url });
  const headers = { 'Wait-For-Position': '1000', Prefer: 'wait=2' };
  const answer = send(`${service.url}/laptops`, { headers });
  // Sent on the same machine later, answered earlier: so the other one is there.
  await eventually(async () => assert.is((await send(`${service.url}/laptops`)).status, 200));
  assert.is(await service.stop(), 0);
  assert.match((await answer).body.toString(), 'within 2 s');
});

test.after(async () => {
  await connection.nc.close();
  await broker.close();
});
test.run();
