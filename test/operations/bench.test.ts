/** `npm run bench --quick` measures, stores and reports. No assertion depends on the speed of the machine. */

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Result } from '../../scripts/bench/report/result.ts';
import { typescriptArgs } from '../../scripts/typescript-args.ts';

const script = fileURLToPath(new URL('../../scripts/bench/bench.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'portside-bench-test-'));

const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [...typescriptArgs, script, ...args]);
const readResult = async (name: string) =>
  Result.parse(JSON.parse(await readFile(join(folder, 'results', `${name}.json`), 'utf8')));
const readReport = (name = 'RESULTS.md') => readFile(join(folder, name), 'utf8');

const benchmark = suite('npm run bench');

benchmark('measures each subject, stores the samples and writes the report', async () => {
  await run('replay', '--quick', '--output', folder);
  const { rounds, measures, scale, profiles } = await readResult('replay');
  assert.is(rounds, 1);
  assert.is(scale, 0.001);
  assert.equal(
    measures.flatMap(({ series }) => series.map(({ subject, at, samples }) => [subject, at, samples.length])),
    [
      ['Portside, validated and folded', 100, 1],
      ['by hand, validated and folded', 100, 1],
      ['ordered consumer, callback, doing nothing', 100, 1],
      ['ordered consumer, iterator, doing nothing', 100, 1],
      ['Portside, validated and folded', 1000, 1],
      ['by hand, validated and folded', 1000, 1],
      ['ordered consumer, callback, doing nothing', 1000, 1],
      ['ordered consumer, iterator, doing nothing', 1000, 1],
    ],
  );
  assert.ok(
    measures.every(({ series }) => series.every(({ samples }) => samples.every((figure) => figure > 0))),
  );
  const [{ shares } = { shares: [] }] = profiles;
  assert.ok(shares.some(({ part }) => part === '@nats-io/nats-core'));
  assert.ok(Math.abs(shares.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
  const report = await readReport();
  assert.match(report, '## Replay events (`replay`)');
  assert.match(report, 'trial run, not a measurement');
  assert.match(await readReport('DETAILS.md'), /@nats-io\/nats-core \d+\.\d %/);
});

benchmark('replaces only the section of the scenario that was measured in the report', async () => {
  const before = await readResult('replay');
  await run('as-of', '--quick', '--output', folder);
  assert.equal(await readResult('replay'), before);
  const report = await readReport();
  assert.match(report, '(`replay`)');
  assert.match(report, '(`as-of`)');
});

benchmark('lists options and scenarios with --help, and rejects an unknown scenario', async () => {
  const { stdout } = await run('--help');
  for (const option of ['--rounds', '--quick', 'read-one', 'import']) assert.match(stdout, option);
  const failure: unknown = await run('nothing').catch((error: unknown) => error);
  assert.match(String(failure), 'unknown scenario "nothing"');
});

benchmark.after(() => rm(folder, { recursive: true }));

benchmark.run();
