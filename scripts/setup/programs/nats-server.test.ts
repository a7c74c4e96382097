import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findNatsServer, installNatsServer } from './nats-server.mjs';
import { createCheckout, readRejection, recordProgress, writeNatsServer, writeProgram } from '../testing.mjs';

const search = suite('findNatsServer');

function createTwoFolders(first: string, second: string) {
  const { root, bin, env } = createCheckout();
  const other = join(root, 'other');
  mkdirSync(other);
  writeNatsServer(join(bin, 'nats-server'), first);
  writeNatsServer(join(other, 'nats-server'), second);
  return { root, bin, other, env: { ...env, PATH: [bin, other].join(delimiter) } };
}

search('returns undefined if no nats-server is installed', async () => {
  assert.is(await findNatsServer(createCheckout()), undefined);
});

search('returns the first nats-server on PATH if it is 2.12.0', async () => {
  const { root, bin, env } = createTwoFolders('2.12.0', '2.15.2');
  const path = join(bin, 'nats-server');
  assert.equal(await findNatsServer({ root, env }), { path, version: '2.12.0', source: 'PATH' });
});

search('skips 2.9.10 on PATH in favour of a newer one', async () => {
  const { root, other, env } = createTwoFolders('2.9.10', '2.100.0-RC.1');
  const path = join(other, 'nats-server');
  assert.equal(await findNatsServer({ root, env }), { path, version: '2.100.0-RC.1', source: 'PATH' });
});

search('ignores outdated versions, and the setup reports them', async () => {
  const { root, bin, env } = createTwoFolders('2.9.10', '2.11.99');
  assert.is(await findNatsServer({ root, env }), undefined);
  const { progress, lines } = recordProgress();
  await readRejection(() =>
    installNatsServer({ progress, root, env: { ...env, NATS_SERVER_SOURCES: 'go' } }),
  );
  assert.is(lines[0], `${join(bin, 'nats-server')} is nats-server 2.9.10, older than 2.12.0: not used`);
});

search('skips another program with the same name', async () => {
  const { root, bin, env } = createCheckout();
  writeProgram(join(bin, 'nats-server'), 'echo something else');
  assert.is(await findNatsServer({ root, env }), undefined);
});

search('prefers PORTSIDE_NATS_SERVER to PATH', async () => {
  const { root, other, env } = createTwoFolders('2.15.2', '2.14.0');
  const path = join(other, 'nats-server');
  assert.equal(await findNatsServer({ root, env: { ...env, PORTSIDE_NATS_SERVER: path } }), {
    path,
    version: '2.14.0',
    source: 'PORTSIDE_NATS_SERVER',
  });
});

search('rejects an outdated or missing PORTSIDE_NATS_SERVER instead of using another one', async () => {
  const { root, other, env } = createTwoFolders('2.15.2', '2.9.10');
  const find = (path: string) => () => findNatsServer({ root, env: { ...env, PORTSIDE_NATS_SERVER: path } });
  assert.match(
    await readRejection(find(join(other, 'nats-server'))),
    /nats-server 2\.9\.10; 2\.12\.0 or newer/,
  );
  assert.match(await readRejection(find('/no/such/file')), '/no/such/file was not found');
});

search('does not accept an unknown source in NATS_SERVER_SOURCES', async () => {
  const { root, env } = createCheckout();
  const install = () =>
    installNatsServer({ ...recordProgress(), root, env: { ...env, NATS_SERVER_SOURCES: 'apt,snap' } });
  assert.is(
    await readRejection(install),
    'NATS_SERVER_SOURCES: unknown source "snap"; known sources: apt, release, go.',
  );
});

search.run();
