/** A service that shuts down waits for requests in progress, but not for idle connections. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { open, send } from '../support/http/raw-http.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);

const shutdown = suite('shutdown');

shutdown('does not wait for unused connections or idle keep-alive connections', async () => {
  const service = await startServiceProcess('laptops', { natsUrl: broker.url });
  const unused = open(service.url);
  const keepAlive = open(service.url);
  keepAlive.socket.write('GET /laptops HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((seen) => keepAlive.socket.once('data', seen));
  // A forced exit would have code 1.
  assert.is(await service.stop(), 0);
  assert.is(await unused.received, '');
  assert.match(await keepAlive.received, '200 OK');
});

shutdown('waits for a request in progress', async () => {
  const service = await startServiceProcess('laptops', { natsUrl: broker.url });
  const headers = { 'Wait-For-Position': '1000', Prefer: 'wait=2' };
  const response = send(`${service.url}/laptops`, { headers });
  // This request is sent later, so by the time it completes the service has received the first one.
  await eventually(async () => assert.is((await send(`${service.url}/laptops`)).status, 200));
  assert.is(await service.stop(), 0);
  assert.match((await response).body.toString(), 'within 2 s');
});

shutdown.after(async () => {
  await connection.nc.close();
  await broker.close();
});
shutdown.run();
