import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findNatsServer, installNatsServer } from './nats-server.mjs';
import { createCheckout, readRejection, recordProgress, writeNatsServer, writeProgram } from '../testing.mjs';

const test = suite('a nats-server that is here and new enough is used');

function createTwoFolders(first: string, second: string) {
  const { root, bin, env } = createCheckout();
  const other = join(root, 'other');
  mkdirSync(other);
  writeNatsServer(join(bin, 'nats-server'), first);
  writeNatsServer(join(other, 'nats-server'), second);
  return { root, bin, other, env: { ...env, PATH: [bin, other].join(delimiter) } };
}

test('nothing is found where nothing is', async () => {
  assert.is(await findNatsServer(createCheckout()), undefined);
});

test('the first on PATH is used when it is 2.12.0', async () => {
  const { root, bin, env } = createTwoFolders('2.12.0', '2.15.2');
  const path = join(bin, 'nats-server');
  assert.equal(await findNatsServer({ root, env }), { path, version: '2.12.0', source: 'PATH' });
});

test('2.9.10 on PATH is passed over for a newer one behind it', async () => {
  const { root, other, env } = createTwoFolders('2.9.10', '2.100.0-RC.1');
  const path = join(other, 'nats-server');
  assert.equal(await findNatsServer({ root, env }), { path, version: '2.100.0-RC.1', source: 'PATH' });
});

test('one that is too old is not used, and that is said', async () => {
  const { root, bin, env } = createTwoFolders('2.9.10', '2.11.99');
  assert.is(await findNatsServer({ root, env }), undefined);
  const { progress, lines } = recordProgress();
  await readRejection(() =>
    installNatsServer({ progress, root, env: { ...env, NATS_SERVER_SOURCES: 'go' } }),
  );
  assert.is(lines[0], `${join(bin, 'nats-server')} is nats-server 2.9.10, older than 2.12.0: not used`);
});

test('a program of that name that is none is passed over', async () => {
  const { root, bin, env } = createCheckout();
  writeProgram(join(bin, 'nats-server'), 'echo something else');
  assert.is(await findNatsServer({ root, env }), undefined);
});

test('PORTSIDE_NATS_SERVER goes before PATH', async () => {
  const { root, other, env } = createTwoFolders('2.15.2', '2.14.0');
  const path = join(other, 'nats-server');
  assert.equal(await findNatsServer({ root, env: { ...env, PORTSIDE_NATS_SERVER: path } }), {
    path,
    version: '2.14.0',
    source: 'PORTSIDE_NATS_SERVER',
  });
});

test('a PORTSIDE_NATS_SERVER that is too old or missing is an error, never replaced in silence', async () => {
  const { root, other, env } = createTwoFolders('2.15.2', '2.9.10');
  const find = (path: string) => () => findNatsServer({ root, env: { ...env, PORTSIDE_NATS_SERVER: path } });
  assert.match(
    await readRejection(find(join(other, 'nats-server'))),
    /nats-server 2\.9\.10; 2\.12\.0 or newer/,
  );
  assert.match(await readRejection(find('/no/such/file')), '/no/such/file was not found');
});

test('an unknown name in NATS_SERVER_SOURCES is an error', async () => {
  const { root, env } = createCheckout();
  const install = () =>
    installNatsServer({ ...recordProgress(), root, env: { ...env, NATS_SERVER_SOURCES: 'apt,snap' } });
  assert.is(await readRejection(install), 'NATS_SERVER_SOURCES names "snap"; it knows apt, release, go.');
});

test.run();
