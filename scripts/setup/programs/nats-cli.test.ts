import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../command.mjs';
import { findNatsCli, installNatsCli } from './nats-cli.mjs';
import { createCheckout, readRejection, recordProgress, writeProgram } from '../testing.mjs';

const cli = suite('installNatsCli');

/** Writes a program with the `--version` output of nats. */
const writeNats = (path: string, version: string) => writeProgram(path, `echo "v${version}"`);

const fakeGo = (install: string) =>
  `case "$1" in version) echo "go version go1.26.8 linux/amd64";; install) echo "$2" > $HOME/called; ${install};; esac`;

cli('prints instructions and returns undefined if neither the CLI nor Go is installed', async () => {
  const checkout = createCheckout();
  const { progress, lines } = recordProgress();
  assert.is(await installNatsCli({ ...checkout, progress }), undefined);
  assert.is(lines.length, 1);
  assert.match(lines[0] ?? '', 'nats CLI not available, its tests are skipped: Go not found');
  assert.match(lines[0] ?? '', 'go install github.com/nats-io/natscli/nats@v0.5.0');
});

cli('uses a CLI on PATH if it is 0.5 or newer', async () => {
  const checkout = createCheckout();
  const path = join(checkout.bin, 'nats');
  writeNats(path, '0.4.9');
  assert.is(await findNatsCli(checkout), undefined);
  writeNats(path, '0.6.1');
  assert.equal(await findNatsCli(checkout), { path, version: '0.6.1', source: 'PATH' });
});

cli('prefers PORTSIDE_NATS_CLI and rejects if it is unusable', async () => {
  const { root, bin, env } = createCheckout();
  writeNats(join(bin, 'nats'), '0.5.0');
  const path = join(root, 'mine');
  writeNats(path, '0.5.1');
  const found = await findNatsCli({ root, env: { ...env, PORTSIDE_NATS_CLI: path } });
  assert.equal(found, { path, version: '0.5.1', source: 'PORTSIDE_NATS_CLI' });
  const missing = () => findNatsCli({ root, env: { ...env, PORTSIDE_NATS_CLI: '/no/such/file' } });
  assert.match(await readRejection(missing), 'PORTSIDE_NATS_CLI cannot be used: /no/such/file was not found');
});

cli('builds the pinned version once with Go and caches it with its checksum', async () => {
  const checkout = createCheckout();
  writeProgram(join(checkout.bin, 'go'), fakeGo(`printf '#!/bin/sh\\necho v0.5.0\\n' > $GOBIN/nats`));
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

cli('prints the output of a failing build and returns undefined', async () => {
  const checkout = createCheckout();
  writeProgram(join(checkout.bin, 'go'), fakeGo('echo "no such host" >&2; exit 1'));
  const { progress, lines } = recordProgress();
  assert.is(await installNatsCli({ ...checkout, progress }), undefined);
  assert.match(lines.at(-1) ?? '', /its tests are skipped: go: go install .* exit code 1\nno such host/);
});

if (process.env['PORTSIDE_TEST_GO_INSTALL'] === '1' && findOnPath('go', process.env).length > 0) {
  cli('builds the CLI with the real go', async () => {
    const { root, env } = createCheckout({ tools: ['go'] });
    // Uses the machine's Go caches, because filling new ones takes long.
    const own = { ...process.env, PATH: env.PATH, PORTSIDE_NATS_CLI: '' };
    assert.is((await installNatsCli({ ...recordProgress(), root, env: own }))?.version, '0.5.0');
  });
} else {
  process.stdout.write(
    'skipped: build with the real go; takes minutes, requires go and PORTSIDE_TEST_GO_INSTALL=1\n',
  );
  cli.skip('builds the CLI with the real go');
}

cli.run();
