import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../command.mjs';
import { installNatsServer } from './nats-server.mjs';
import { createCheckout, readRejection, recordProgress, writeProgram } from '../testing.mjs';

const test = suite('the go way builds the pinned version');

/** A checkout whose PATH holds a stand-in `go` that answers as told. */
function createWithGo({ version = 'go1.26.8', install = '' }) {
  const { root, bin, env } = createCheckout();
  writeProgram(
    join(bin, 'go'),
    `case "$1" in
version) echo "go version ${version} linux/amd64";;
install) echo "$@" GOFLAGS=$GOFLAGS CGO_ENABLED=$CGO_ENABLED > ${root}/called
${install}
;;
esac`,
  );
  const { progress } = recordProgress();
  return {
    root,
    install: () =>
      installNatsServer({
        progress,
        root,
        env: { ...env, NATS_SERVER_SOURCES: 'go', GOFLAGS: '-mod=vendor' },
      }),
  };
}

const GOOD = `printf '#!/bin/sh\\necho nats-server: v2.15.2\\n' > $GOBIN/nats-server`;

test('go is asked for the pinned version, without the flags of the caller', async () => {
  const { root, install } = createWithGo({ install: GOOD });
  const server = await install();
  assert.is(server.path, join(root, '.tools', 'nats-server'));
  assert.is(server.source, 'go install, go version go1.26.8 linux/amd64');
  assert.is(
    readFileSync(join(root, 'called'), 'utf8').trim(),
    'install github.com/nats-io/nats-server/v2@v2.15.2 GOFLAGS= CGO_ENABLED=0',
  );
});

test('a missing go, one that is too old and one that fails are told apart', async () => {
  const { root, env } = createCheckout();
  const missing = () =>
    installNatsServer({ ...recordProgress(), root, env: { ...env, NATS_SERVER_SOURCES: 'go' } });
  assert.match(await readRejection(missing), 'go: go was not found');
  assert.match(
    await readRejection(createWithGo({ version: 'go1.19.8' }).install),
    'go 1.19.8 is older than 1.21',
  );
  const failing = createWithGo({ install: 'echo "dial tcp: lookup proxy: no such host" >&2; exit 1' });
  assert.match(
    await readRejection(failing.install),
    /ended with exit code 1\n +dial tcp: lookup proxy: no such host/,
  );
  assert.match(await readRejection(createWithGo({}).install), 'go install left no nats-server');
});

if (process.env['PORTSIDE_TEST_GO_INSTALL'] === '1' && findOnPath('go', process.env).length > 0) {
  test('the real go builds it', async () => {
    const { root, env } = createCheckout({ tools: ['go'] });
    const { progress } = recordProgress();
    // Go's caches are where the machine has them; a new one would take long to fill.
    const own = { ...process.env, PATH: env.PATH, PORTSIDE_NATS_SERVER: '', NATS_SERVER_SOURCES: 'go' };
    assert.is((await installNatsServer({ progress, root, env: own })).version, '2.15.2');
  });
} else {
  process.stdout.write('skipped: the real go build; it needs go, minutes, and PORTSIDE_TEST_GO_INSTALL=1\n');
  test.skip('the real go builds it');
}

test.run();
