import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../command.mjs';
import { findNatsCli, installNatsCli } from './nats-cli.mjs';
import { createCheckout, readRejection, recordProgress, writeProgram } from '../testing.mjs';

const test = suite('the nats command line is found, or built where Go is');

/** A stand-in that answers --version as nats does. */
const writeNats = (path: string, version: string) => writeProgram(path, `echo "v${version}"`);

const goThat = (install: string) =>
  `case "$1" in version) echo "go version go1.26.8 linux/amd64";; install) echo "$2" > $HOME/called; ${install};; esac`;

test('without one and without Go nothing fails; it is said that its tests are skipped, and what to do', async () => {
  const checkout = createCheckout();
  const { progress, lines } = recordProgress();
  assert.is(await installNatsCli({ ...checkout, progress }), undefined);
  assert.is(lines.length, 1);
  assert.match(lines[0] ?? '', 'no nats command line, its tests are skipped: there is no Go');
  assert.match(lines[0] ?? '', 'go install github.com/nats-io/natscli/nats@v0.5.0');
});

test('one on PATH is used when it is 0.5 or newer', async () => {
  const checkout = createCheckout();
  const path = join(checkout.bin, 'nats');
  writeNats(path, '0.4.9');
  assert.is(await findNatsCli(checkout), undefined);
  writeNats(path, '0.6.1');
  assert.equal(await findNatsCli(checkout), { path, version: '0.6.1', source: 'PATH' });
});

test('PORTSIDE_NATS_CLI goes first, and is an error when it is unusable', async () => {
  const { root, bin, env } = createCheckout();
  writeNats(join(bin, 'nats'), '0.5.0');
  const path = join(root, 'mine');
  writeNats(path, '0.5.1');
  const found = await findNatsCli({ root, env: { ...env, PORTSIDE_NATS_CLI: path } });
  assert.equal(found, { path, version: '0.5.1', source: 'PORTSIDE_NATS_CLI' });
  const missing = () => findNatsCli({ root, env: { ...env, PORTSIDE_NATS_CLI: '/no/such/file' } });
  assert.match(await readRejection(missing), 'PORTSIDE_NATS_CLI cannot be used: /no/such/file was not found');
});

test('Go builds the pinned version once, and it is kept with its checksum', async () => {
  const checkout = createCheckout();
  writeProgram(join(checkout.bin, 'go'), goThat(`printf '#!/bin/sh\\necho v0.5.0\\n' > $GOBIN/nats`));
  const built = await installNatsCli({ ...checkout, ...recordProgress() });
  assert.equal(built, {
    path: join(checkout.root, '.tools', 'nats'),
    version: '0.5.0',
    source: 'go install, go version go1.26.8 linux/amd64',
  });
  assert.equal(readdirSync(join(checkout.root, '.tools')).toSorted(), ['nats', 'nats.json']);
  assert.equal(await findNatsCli(checkout), built);
  writeNats(built?.path ?? '', '0.5.0 ');
  assert.is(await findNatsCli(checkout), undefined);
});

test('a build that fails is no failure of the setup, and its words are shown', async () => {
  const checkout = createCheckout();
  writeProgram(join(checkout.bin, 'go'), goThat('echo "no such host" >&2; exit 1'));
  const { progress, lines } = recordProgress();
  assert.is(await installNatsCli({ ...checkout, progress }), undefined);
  assert.match(lines.at(-1) ?? '', /its tests are skipped: go: go install .* exit code 1\nno such host/);
});

if (process.env['PORTSIDE_TEST_GO_INSTALL'] === '1' && findOnPath('go', process.env).length > 0) {
  test('the real go builds it', async () => {
    const { root, env } = createCheckout({ tools: ['go'] });
    // Go's caches are where the machine has them; new ones would take long to fill.
    const own = { ...process.env, PATH: env.PATH, PORTSIDE_NATS_CLI: '' };
    assert.is((await installNatsCli({ ...recordProgress(), root, env: own }))?.version, '0.5.0');
  });
} else {
  process.stdout.write('skipped: the real go build; it needs go, minutes, and PORTSIDE_TEST_GO_INSTALL=1\n');
  test.skip('the real go builds it');
}

test.run();
