/** `/readyz` while a real broker is killed, frozen and restarted. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { freeze, unfreeze } from '../support/broker/freeze.ts';
import { startLoggedService, type LoggedService } from '../support/process/logged-service.ts';

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const start = (graceSeconds: number) =>
  startLoggedService('laptops', {
    natsUrl: broker.url,
    env: { READY_GRACE_SECONDS: String(graceSeconds), READY_SETTLE_SECONDS: '1' },
  });
const lenient = await start(600);
const strict = await start(1);

async function probe({ probeUrl }: LoggedService, name: string) {
  const response = await fetch(`${probeUrl}/${name}`);
  return { status: response.status, text: (await response.text()).trim() };
}
const awaitReady = (service: LoggedService) =>
  eventually(async () => assert.equal(await probe(service, 'readyz'), { status: 200, text: 'ok' }), 60_000);
const awaitUnready = (service: LoggedService) =>
  eventually(async () => {
    const { status, text } = await probe(service, 'readyz');
    assert.is(status, 503);
    assert.match(text, /^(LAPTOPS|PORTS)(, (LAPTOPS|PORTS))? not received from NATS for \d+ s$/);
  }, 60_000);

/** Asserts the state during an outage longer than the grace period of `strict` and shorter than that of `lenient`. */
async function assertOutage() {
  await awaitUnready(strict);
  assert.equal(await probe(lenient, 'readyz'), { status: 200, text: 'ok' });
  for (const service of [lenient, strict]) {
    assert.is((await probe(service, 'livez')).status, 200);
    assert.is((await probe(service, 'startupz')).status, 200);
    // Reads are served from memory, regardless of readiness.
    assert.is((await service.get('/laptops')).status, 200);
  }
}

const test = suite('the readiness of a replica');

test('is reported while NATS is reachable', async () => {
  await awaitReady(lenient);
  await awaitReady(strict);
});
test('lasts for the grace period when the broker is killed, and returns after a restart', async () => {
  await broker.kill();
  await assertOutage();
  assert.ok((await lenient.get('/laptops')).headers.has('Age'));
  await broker.restart();
  await awaitReady(strict);
  assert.ok(strict.logged('replay caught up', 'LAPTOPS').length > 0);
});
test('lasts for the grace period when the broker hangs, and returns when it resumes', async () => {
  await freeze(broker.pid);
  await assertOutage();
  unfreeze(broker.pid);
  await awaitReady(strict);
});
test('returns only after the replica has caught up with the messages it missed', async () => {
  await broker.kill();
  await awaitUnready(strict);
  await broker.restart();
  // This connection recovers before the replica's, so the replica misses this message.
  await eventually(
    () => connection.nc.request('laptops.events.7', '{"type":"LaptopAdded","title":"T","model":"M"}'),
    60_000,
  );
  await awaitReady(strict);
  assert.is((await strict.get('/laptops/7')).status, 200);
});
test('does not affect the exit code, which is 0', async () => {
  assert.equal(await Promise.all([lenient.stop(), strict.stop()]), [0, 0]);
});
test.after(async () => {
  await connection.nc.close();
  await broker.close();
});
test.run();
