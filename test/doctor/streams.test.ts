/** `npm run doctor` reports streams that differ from their definition or lost messages. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { diagnose } from '../support/scripts/doctor.ts';
import { startDoctorSystem } from '../support/scripts/doctor-system.ts';

const { env, jsm, laptops, publish, close } = await startDoctorSystem();

const streams = suite('streams');

streams('a difference that can be corrected safely is a warning', async () => {
  const { config } = await jsm.streams.info('PORTS');
  await jsm.streams.update('PORTS', { ...config, duplicate_window: 60e9 });
  const { textOf } = await diagnose(env);
  assert.match(
    textOf('stream PORTS'),
    /^warning: .*\n +duplicate_window is 60000000000, wanted 120000000000/,
  );
  assert.match(textOf('stream PORTS'), 'npm run provision');
});

streams('any other difference is a failure', async () => {
  const { config } = await jsm.streams.info('PORTS');
  await jsm.streams.update('PORTS', { ...config, subjects: ['ports.events.*', 'ports.other'] });
  const { complaints, textOf } = await diagnose(env);
  assert.ok(complaints.includes('failure stream PORTS'));
  assert.match(
    textOf('stream PORTS'),
    'subjects is ["ports.events.*","ports.other"], wanted ["ports.events.*"]',
  );
});

streams('an option that the file does not name is a failure that names the consequence', async () => {
  await jsm.streams.update('LAPTOPS', { allow_msg_ttl: true });
  const { complaints, textOf } = await diagnose(env);
  assert.ok(complaints.includes('failure stream LAPTOPS'));
  assert.match(
    textOf('stream LAPTOPS'),
    /allow_msg_ttl is true, wanted .* \(a message with Nats-TTL expires/,
  );
});

streams('the number of stream replicas is checked against STREAM_REPLICAS', async () => {
  const { textOf } = await diagnose({ ...env, STREAM_REPLICAS: '3' });
  assert.match(textOf('stream LAPTOPS'), 'num_replicas is 1, wanted 3');
});

streams('deleted messages are a warning', async () => {
  await laptops.stop();
  const { config } = await jsm.streams.info('LAPTOPS');
  await jsm.streams.delete('LAPTOPS');
  await jsm.streams.add({ ...config, deny_delete: false });
  await publish('laptops.events.1', '{"type":"LaptopRemoved"}');
  await publish('laptops.events.1', '{"type":"LaptopRemoved"}');
  await jsm.streams.deleteMessage('LAPTOPS', 2);
  const { textOf } = await diagnose(env);
  assert.match(textOf('log LAPTOPS'), /^warning: 1 messages, .*; 1 stored messages were deleted/);
});

streams('a missing stream is a failure, and the other checks of its service are skipped', async () => {
  await jsm.streams.delete('LAPTOPS');
  const { textOf } = await diagnose(env);
  assert.match(textOf('stream LAPTOPS'), /^failure: the stream does not exist → npm run provision/);
  assert.is(textOf('replicas laptops') + textOf('snapshots laptops'), '');
});

streams.after(close);
streams.run();
