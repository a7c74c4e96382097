import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../../src/kit/domain/problem.ts';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { createSystem } from '../../src/kit/runtime/observability/system.ts';
import { startTestBroker } from '../support/broker/broker.ts';

const broker = await startTestBroker();
const other = await connectToNats({ url: broker.url, name: 'other' });

const test = suite('the services of the system');

test('are unavailable if the connection is closed while they are asked', async () => {
  const asked = new Promise<void>((resolve) => {
    // Does not reply, so that the request waits.
    other.nc.subscribe('$SRV.STATS', { callback: () => resolve() });
  });
  await other.nc.flush();
  const connection = await connectToNats({ url: broker.url, name: 'replica' });
  const answer = createSystem(connection)
    .listServices()
    .catch((error: unknown) => error);
  await asked;
  await connection.nc.close();
  const problem = await answer;
  assert.instance(problem, Problem);
  assert.is(problem instanceof Problem && problem.code, 'unavailable');
});
test.after(async () => {
  await other.nc.close();
  await broker.close();
});
test.run();
