import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../command.mjs';
import { installNatsServer } from './nats-server.mjs';
import { createCheckout, readRejection, recordProgress, writeProgram } from '../testing.mjs';

const go = suite('the go source');

/** Creates a checkout whose PATH contains a fake `go` with the given version and install script. */
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

go('builds the pinned version without the Go flags of the caller', async () => {
  const { root, install } = createWithGo({ install: GOOD });
  const server = await install();
  assert.is(server.path, join(root, '.tools', 'nats-server'));
  assert.is(server.source, 'go install, go version go1.26.8 linux/amd64');
  assert.is(
    readFileSync(join(root, 'called'), 'utf8').trim(),
    'install github.com/nats-io/nats-server/v2@v2.15.2 GOFLAGS= CGO_ENABLED=0',
  );
});

go('rejects with different reasons for a missing, an outdated and a failing go', async () => {
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
  assert.match(await readRejection(createWithGo({}).install), 'go install produced no nats-server');
});

if (process.env['PORTSIDE_TEST_GO_INSTALL'] === '1' && findOnPath('go', process.env).length > 0) {
  go('builds nats-server with the real go', async () => {
    const { root, env } = createCheckout({ tools: ['go'] });
    const { progress } = recordProgress();
    // Uses the machine's Go caches, because filling new ones takes long.
    const own = { ...process.env, PATH: env.PATH, PORTSIDE_NATS_SERVER: '', NATS_SERVER_SOURCES: 'go' };
    assert.is((await installNatsServer({ progress, root, env: own })).version, '2.15.2');
  });
} else {
  process.stdout.write(
    'skipped: build with the real go; takes minutes, requires go and PORTSIDE_TEST_GO_INSTALL=1\n',
  );
  go.skip('builds nats-server with the real go');
}

go.run();
