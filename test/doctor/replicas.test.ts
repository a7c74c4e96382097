/** `npm run doctor` reports replicas that lag, diverge or do not respond, and rejected messages. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Finding } from '../../src/kit/doctor/finding.ts';
import { diagnose, runDoctor } from '../support/scripts/doctor.ts';
import { startDoctorSystem } from '../support/scripts/doctor-system.ts';

const { env, ports, announce, publish, close } = await startDoctorSystem();

/** More events than a replica that advances by one per status request can apply during a diagnosis. */
const portCount = 100;

await publish('laptops.events.1', '{"type":"LaptopAdded","title":"Lenovo","model":"S3"}');

/** The fake replicas do not report a digest of their state. */
const uncompared = (service: string, followed: string) => [
  `warning state ${service}`,
  `warning state ${service} ${followed}`,
];

const replicas = suite('replicas and rejections');

replicas('a rejected message is a warning that names the endpoint to check', async () => {
  const position = await publish('laptops.events.1', '{"type":"LaptopMelted"}');
  const { complaints, textOf } = await diagnose(env);
  assert.equal(complaints, ['warning rejections laptops']);
  assert.match(textOf('rejections laptops'), /1 stored messages are skipped.* → GET \/laptops\/rejections/);
  assert.match(textOf('replicas laptops'), `at ${position}`);

  const { code, stdout } = await runDoctor(env, ['--json']);
  assert.is(code, 0);
  const findings: unknown = JSON.parse(stdout);
  assert.ok(Array.isArray(findings));
  assert.equal(
    findings.filter(({ verdict }: Finding) => verdict === 'warning').map(({ name }: Finding) => name),
    ['rejections laptops'],
  );
});

replicas('replicas with different states at the same position are a failure', async () => {
  const stop = await announce('laptops', () => ({ position: 2, entities: 1, rejected: 0 }));
  const { complaints, textOf } = await diagnose(env);
  await stop();
  assert.equal(complaints, ['failure rejections laptops', ...uncompared('laptops', 'PORTS')]);
  assert.match(textOf('rejections laptops'), 'other-1 at 2: 0 rejected, 1 entities');
  assert.match(textOf('rejections laptops'), /-\d+ at 2: 1 rejected, 1 entities/);
});

replicas('a replica ahead of the stream is a failure', async () => {
  const stop = await announce('ports', () => ({ position: 9, entities: 1, rejected: 0 }));
  const { complaints, textOf } = await diagnose(env);
  await stop();
  assert.equal(complaints, [
    'warning rejections laptops',
    'failure replicas ports',
    ...uncompared('ports', 'LAPTOPS'),
  ]);
  assert.match(textOf('replicas ports'), 'ahead of the stream’s end, 0');
});

replicas('a lagging replica is a failure if it makes no progress, and otherwise a warning', async () => {
  for (let id = 1; id <= portCount; id += 1)
    await publish(`ports.events.${id}`, '{"type":"PortAdded","name":"A"}');
  let requestCount = 0;
  const stops = await Promise.all([
    announce('laptops', () => ({ position: 1, entities: 1, rejected: 0 })),
    announce('ports', () => ({ position: (requestCount += 1), entities: requestCount, rejected: 0 })),
  ]);
  const { complaints, textOf } = await diagnose(env);
  await Promise.all(stops.map((stop) => stop()));
  assert.equal(complaints, [
    'failure replicas laptops',
    'warning rejections laptops',
    ...uncompared('laptops', 'PORTS'),
    'warning replicas ports',
    ...uncompared('ports', 'LAPTOPS'),
  ]);
  assert.match(textOf('replicas laptops'), '1 of 2 behind the stream’s end, 2, 1 not moving');
  assert.match(textOf('replicas laptops'), 'other-1 at 1, 1 behind');
  assert.match(textOf('replicas ports'), `1 of 2 behind the stream’s end, ${portCount}, all catching up`);
});

replicas('a service without a responding replica is a failure, and its rejections are unknown', async () => {
  await ports.stop();
  const { complaints, textOf } = await diagnose(env);
  assert.equal(complaints, [
    'warning rejections laptops',
    'failure replicas ports',
    'warning rejections ports',
  ]);
  assert.match(textOf('replicas ports'), 'failure: no replica responds');
  assert.match(textOf('rejections ports'), 'unknown');
});

replicas.after(close);
replicas.run();
