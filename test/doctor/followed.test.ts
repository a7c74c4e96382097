/** `portside doctor` examines the services that it is given, and the streams of others that they follow. */

import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chargerService } from '../../examples/chargers/charger.ts';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { startLoggedService } from '../support/process/logged-service.ts';
import { diagnose, runDoctor } from '../support/scripts/doctor.ts';
import { startDoctorSystem } from '../support/scripts/doctor-system.ts';

const { broker, nc, jsm, env, publish, close } = await startDoctorSystem();
const folder = new URL('../../examples/chargers/', import.meta.url);
await provisionStreams(nc, fileURLToPath(new URL('streams', folder)));
const chargers = await startLoggedService('chargers', {
  natsUrl: broker.url,
  entry: new URL('main.ts', folder),
});
await publish('ports.events.1', '{"type":"PortAdded","name":"USB-C"}');
const module = fileURLToPath(new URL('charger.ts', folder));

const followed = suite('a service that follows the stream of another one');

followed('is examined with the stream that it follows, but without the owner of that stream', async () => {
  const { code, stdout } = await runDoctor(env, ['--json'], [module]);
  assert.is(code, 0, stdout);
  const findings: unknown = JSON.parse(stdout);
  assert.ok(Array.isArray(findings));
  assert.equal(
    findings
      .map(({ name }: { name: string }) => name)
      .filter((name) => !/^(?:server|sync|storage)/.test(name)),
    [
      'stream CHARGERS',
      'log CHARGERS',
      'stream CHARGERS_REJECTIONS',
      'replicas chargers',
      'rejections chargers',
      'snapshots chargers',
      'state chargers',
      'state chargers PORTS',
      'stream PORTS',
      'log PORTS',
    ],
  );
});
followed('does not report options of the followed stream that only its owner relies on', async () => {
  const { config } = await jsm.streams.info('PORTS');
  await jsm.streams.update('PORTS', { ...config, duplicate_window: 60e9 });
  const { complaints, textOf } = await diagnose(env, [chargerService]);
  assert.equal(complaints, []);
  assert.match(textOf('stream PORTS'), 'ok: matches streams/ports.json');
});
followed('names the service that creates the followed stream if it is missing', async () => {
  await jsm.streams.delete('PORTS');
  const { textOf } = await diagnose(env, [chargerService]);
  assert.is(
    textOf('stream PORTS'),
    'failure: the stream does not exist → the provisioner of the ports service',
  );
});
followed.after(async () => {
  await chargers.stop();
  await close();
});
followed.run();
