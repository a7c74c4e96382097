/** `npm run doctor` reports nothing for a healthy system. The command line, the report and the exit codes. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { diagnose, runDoctor } from '../support/scripts/doctor.ts';
import { startDoctorSystem } from '../support/scripts/doctor-system.ts';

const { env, laptops, close } = await startDoctorSystem();

const healthy = suite('a healthy system');

healthy('has no warnings or failures, and its snapshot is listed with the position', async () => {
  const added = await fetch(`${laptops.url}/laptops`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 1, title: 'Lenovo', model: 'S3' }),
  });
  assert.is(added.status, 201);
  await eventually(async () => {
    const { complaints, textOf } = await diagnose(env);
    assert.equal(complaints, []);
    assert.match(textOf('server portside'), /nats-server 2\.\d+\.\d+ at nats:/);
    assert.match(textOf('sync portside'), 'sync_interval: always');
    assert.match(textOf('log LAPTOPS'), '1 messages, ');
    assert.match(textOf('replicas laptops'), /1 at the stream’s end, 1: \S+-\d+ at 1/);
    assert.match(textOf('rejections laptops'), 'none');
    assert.match(textOf('state laptops'), /^ok: 1 replica at 1, digest [0-9a-f]{16}$/);
    assert.match(textOf('state ports LAPTOPS'), /^ok: 1 replica at 1, digest [0-9a-f]{16}$/);
    assert.match(
      textOf('snapshots laptops'),
      /latest at 1, \d+ seconds old, \d+ bytes; a starting replica reads 0 messages/,
    );
    assert.match(
      textOf('snapshots ports'),
      'no snapshot of this version yet; a starting replica reads 0 messages',
    );
  });
});

healthy('is reported as aligned lines and a summary', async () => {
  const { code, stdout, stderr } = await runDoctor(env);
  assert.equal([code, stderr], [0, '']);
  const lines = stdout.split('\n');
  assert.is(lines.filter((line) => line.startsWith('✓ ')).length, 20);
  assert.equal(lines.slice(-3), ['', '20 ok, 0 warnings, 0 failures', '']);
  const column = lines[0]?.indexOf('nats-server');
  assert.is(lines[1]?.indexOf('sync_interval'), column);
});

healthy.run();

const usage = suite('the command line');

usage('prints the options and variables with --help without connecting', async () => {
  const { code, stdout } = await runDoctor({ NATS_URL: 'nats://127.0.0.1:1' }, ['--help']);
  assert.is(code, 0);
  for (const name of ['--json', 'NATS_URL', 'NATS_CREDS', 'NATS_MONITOR_URL']) assert.match(stdout, name);
});

usage('names an invalid option, variable or module and exits with 2', async () => {
  const [option, variable, none, other, twice] = await Promise.all([
    runDoctor(env, ['--frobnicate']),
    runDoctor({ ...env, NATS_MONITOR_URL: 'localhost:8222' }),
    runDoctor(env, [], []),
    runDoctor(env, [], ['src/laptops/documents.ts']),
    runDoctor(env, ['src/laptops/laptop.ts']),
  ]);
  assert.equal([option.code, option.stdout], [2, '']);
  assert.match(option.stderr, '--frobnicate');
  assert.equal([variable.code, variable.stdout], [2, '']);
  assert.match(variable.stderr, 'NATS_MONITOR_URL=localhost:8222');
  assert.equal([none.code, other.code, twice.code], [2, 2, 2]);
  assert.match(none.stderr, 'expected a MODULE that exports a service');
  assert.match(other.stderr, 'src/laptops/documents.ts exports 0 services');
  assert.match(twice.stderr, 'two of the modules export a service named laptops');
});

usage.after(close);
usage.run();
