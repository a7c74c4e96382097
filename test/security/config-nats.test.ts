/** NATS credentials and TLS settings are validated before anything starts; error messages never contain secrets. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nkeys } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createAuthority } from '../support/broker/certificates.ts';
import { ConfigError, readAccess, readConfig } from '../../src/kit/runtime/config/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'portside-access-'));
const authority = createAuthority();
const client = authority.issue('client');
const other = authority.issue('other');

function write(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const seed = new TextDecoder().decode(nkeys.createUser().getSeed());
const nkey = write('user.nk', `${seed}\n`);
const delimited = write(
  'delimited.nk',
  `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
);
const truncatedSeed = write('no-seed', `${seed.slice(0, 20)}\n`);
const missing = join(folder, 'missing');

/** Returns the lines of the configuration error, one for each invalid variable. */
function readFaults(environment: NodeJS.ProcessEnv): string[] {
  try {
    readAccess(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const test = suite('readAccess');

test('reads NATS credentials and TLS settings from the environment', () => {
  const environment = {
    NATS_URL: 'tls://one:4222, nats://two, three:4222',
    NATS_NKEY: nkey,
    NATS_CA: authority.cert,
    NATS_CERT: client.cert,
    NATS_KEY: client.key,
    NATS_INBOX_PREFIX: '_INBOX_laptops',
  };
  assert.equal(readAccess(environment), {
    url: environment.NATS_URL,
    credentials: { kind: 'nkey', path: nkey },
    tls: { caFile: authority.cert, certFile: client.cert, keyFile: client.key },
    inboxPrefix: '_INBOX_laptops',
  });
  assert.equal(
    readConfig(environment, { httpPort: 1, probePort: 2 }).nats,
    readAccess({ ...environment, STREAM_REPLICAS: 'ignored by a process that only connects' }),
  );
});

test('accepts a seed file with the delimiter lines of nsc', () => {
  assert.equal(readFaults({ NATS_NKEY: delimited }), []);
});

const faults: [string, NodeJS.ProcessEnv, RegExp][] = [
  [
    'a URL with an unsupported scheme',
    { NATS_URL: 'http://one' },
    /^NATS_URL=http:\/\/one: expected nats:\/\//,
  ],
  ['an empty entry in a list of URLs', { NATS_URL: 'nats://one,,two' }, /^NATS_URL=.*: expected nats:\/\//],
  ['a missing .creds file', { NATS_CREDS: missing }, /^NATS_CREDS=.*: ENOENT/],
  ['a file that is not a .creds file', { NATS_CREDS: nkey }, /^NATS_CREDS=.*: .* is not a \.creds file/],
  ['a missing seed file', { NATS_NKEY: missing }, /^NATS_NKEY=.*: ENOENT/],
  ['a folder as seed file', { NATS_NKEY: folder }, /^NATS_NKEY=.*: EISDIR/],
  ['a truncated seed', { NATS_NKEY: truncatedSeed }, /^NATS_NKEY=.*: .* is not an nkey seed/],
  ['a missing CA file', { NATS_CA: missing }, /^NATS_CA=.*: ENOENT/],
  ['a CA file that is not PEM', { NATS_CA: nkey }, /^NATS_CA=.*: .*PEM/],
  ['a certificate without its key', { NATS_CERT: client.cert }, /^NATS_CERT=.*: requires NATS_KEY/],
  ['a key without its certificate', { NATS_KEY: client.key }, /^NATS_KEY=.*: requires NATS_CERT/],
  [
    'a key that does not match the certificate',
    { NATS_CERT: client.cert, NATS_KEY: other.key },
    /^NATS_KEY=.*: .*key values mismatch/,
  ],
  [
    'an inbox prefix with a wildcard',
    { NATS_INBOX_PREFIX: '_INBOX.>' },
    /^NATS_INBOX_PREFIX=.*: expected a subject/,
  ],
  ['TLS with an IPv4 address', { NATS_URL: 'tls://10.0.0.1:4222' }, /^NATS_URL=.*: TLS requires host names/],
  [
    'TLS with an IPv6 address',
    { NATS_URL: 'nats://name,[::1]:4222', NATS_CA: authority.cert },
    /^NATS_URL=.*: TLS requires host names/,
  ],
];
for (const [fault, environment, line] of faults) {
  test(`rejects ${fault}`, () => {
    const [first, ...more] = readFaults(environment);
    assert.match(first ?? '', line);
    assert.equal(more, []);
  });
}

test('rejects both kinds of credentials together', () => {
  assert.match(
    readFaults({ NATS_CREDS: missing, NATS_NKEY: nkey })[0] ?? '',
    /^NATS_NKEY=.*: cannot be combined with NATS_CREDS/,
  );
});

test('rejects a password in a URL and redacts it', () => {
  const [line] = readFaults({ NATS_URL: 'nats://ann:secret@one:4222,nats://bob:hidden@two' });
  assert.match(
    line ?? '',
    /^NATS_URL=nats:\/\/\*\*\*@one:4222,nats:\/\/\*\*\*@two: .*NATS_CREDS or NATS_NKEY/,
  );
});

test('rejects a seed in place of a seed file and redacts it', () => {
  const text = readFaults({ NATS_NKEY: seed }).join('\n');
  assert.match(text, /^NATS_NKEY=\*\*\*: ENOENT/);
  assert.not.match(text, seed);
});

test.after(() => {
  authority.close();
  rmSync(folder, { recursive: true });
});

test.run();
