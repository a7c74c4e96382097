import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../command.mjs';
import { findNatsServer, installNatsServer } from './nats-server.mjs';
import {
  addScripts,
  createCheckout,
  listTools,
  readRejection,
  recordProgress,
  writeProgram,
} from '../testing.mjs';

const apt = suite('the apt source');

const NOBODY = 65_534;
const hasApt = findOnPath('apt-get', process.env).length > 0;

apt('rejects with the reason if apt is not available', async () => {
  const { root, env } = createCheckout();
  const install = () =>
    installNatsServer({ ...recordProgress(), root, env: { ...env, NATS_SERVER_SOURCES: 'apt' } });
  assert.match(await readRejection(install), /apt: (apt-get was not found|this system is neither)/);
});

if (!hasApt) {
  process.stdout.write('skipped: the real apt; not available on this system\n');
  apt.skip('installs nats-server with the real apt');
} else {
  apt('rejects with the output of a failing apt after the last suite', async () => {
    const { root, bin, env } = createCheckout();
    const codename = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
    writeProgram(
      join(bin, 'apt-get'),
      `if [ "$2" = --print-uris ]; then
  echo "'http://vendor.invalid/x/dists/${codename}/InRelease' a 0"
  echo "'http://mirror.invalid/debian/dists/${codename}/InRelease' b 0"
  echo "'http://mirror.invalid/debian/dists/${codename}-updates/InRelease' c 0"
else
  while read -r line; do echo "$line"; done < archive.sources
  echo "E: the mirror is unreachable"
  exit 100
fi`,
    );
    const install = () =>
      installNatsServer({ ...recordProgress(), root, env: { ...env, NATS_SERVER_SOURCES: 'apt' } });
    const message = await readRejection(install);
    assert.match(message, 'update ended with exit code 100');
    assert.match(message, 'URIs: http://mirror.invalid/debian\n');
    assert.match(message, /Suites: (unstable|devel)\n/);
    assert.match(message, 'E: the mirror is unreachable');
  });

  apt('installs nats-server with the real apt and leaves the state of apt unchanged', async () => {
    const { root, env } = createCheckout({ tools: listTools() });
    const before = ['/var/lib/apt/lists', '/var/cache/apt/archives'].map(list);
    const options = { ...recordProgress(), root, env: { ...env, NATS_SERVER_SOURCES: 'apt' } };
    const server = await installNatsServer(options);
    assert.match(server.source, /^apt, suite \w+, nats-server_.*\.deb$/);
    assert.equal(await findNatsServer(options), server);
    assert.equal(readdirSync(join(root, '.tools')).toSorted(), ['nats-server', 'nats-server.json']);
    assert.equal(['/var/lib/apt/lists', '/var/cache/apt/archives'].map(list), before);
  });

  // Only root can run the setup as another user. If Node is in root's home directory, other users cannot run it.
  if (process.getuid?.() === 0 && !process.execPath.startsWith(homedir())) {
    apt('installs nats-server for an unprivileged user with the complete setup', () => {
      const checkout = createCheckout({ tools: listTools() });
      const script = addScripts(checkout);
      for (const path of ['', 'package.json', 'package-lock.json']) {
        chownSync(join(checkout.root, path), NOBODY, NOBODY);
      }
      const setup = spawnSync(process.execPath, [script], {
        env: { ...checkout.env, NATS_SERVER_SOURCES: 'apt' },
        cwd: checkout.root,
        uid: NOBODY,
        gid: NOBODY,
        encoding: 'utf8',
      });
      assert.is(setup.status, 0, setup.stderr);
      assert.match(setup.stderr, 'nats-server (apt): 2.');
    });
  } else {
    process.stdout.write('skipped: apt as an unprivileged user; requires root\n');
    apt.skip('installs nats-server for an unprivileged user with the complete setup');
  }
}

const list = (folder: string) => (existsSync(folder) ? readdirSync(folder).toSorted() : []);

apt.run();
