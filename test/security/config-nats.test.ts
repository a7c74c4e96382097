/** Who connects, and whom it trusts, is looked at before anything starts; and what is secret is told to nobody. */

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
const framed = write(
  'framed.nk',
  `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
);
const noSeed = write('no-seed', `${seed.slice(0, 20)}\n`);
const missing = join(folder, 'missing');

/** The lines of the error, one a wrong variable. */
function readFaults(environment: NodeJS.ProcessEnv): string[] {
  try {
    readAccess(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const test = suite('access to NATS');

test('is what the variables say', () => {
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
    readAccess({ ...environment, STREAM_REPLICAS: 'no concern of a process that only connects' }),
  );
});

test('takes a seed that stands between the lines of nsc', () => {
  assert.equal(readFaults({ NATS_NKEY: framed }), []);
});

const faults: [string, NodeJS.ProcessEnv, RegExp][] = [
  ['an address of another kind', { NATS_URL: 'http://one' }, /^NATS_URL=http:\/\/one: expected nats:\/\//],
  ['an address with a gap', { NATS_URL: 'nats://one,,two' }, /^NATS_URL=.*: expected nats:\/\//],
  ['creds that are not there', { NATS_CREDS: missing }, /^NATS_CREDS=.*: ENOENT/],
  ['creds that are none', { NATS_CREDS: nkey }, /^NATS_CREDS=.*: .* is not a \.creds file/],
  ['a seed that is not there', { NATS_NKEY: missing }, /^NATS_NKEY=.*: ENOENT/],
  ['a seed that is a folder', { NATS_NKEY: folder }, /^NATS_NKEY=.*: EISDIR/],
  ['a seed that is cut off', { NATS_NKEY: noSeed }, /^NATS_NKEY=.*: .* is not an nkey seed/],
  ['an authority that is not there', { NATS_CA: missing }, /^NATS_CA=.*: ENOENT/],
  ['an authority that is none', { NATS_CA: nkey }, /^NATS_CA=.*: .*PEM/],
  ['a certificate without its key', { NATS_CERT: client.cert }, /^NATS_CERT=.* without its NATS_KEY/],
  ['a key without its certificate', { NATS_KEY: client.key }, /^NATS_KEY=.* without its NATS_CERT/],
  [
    'the key of another',
    { NATS_CERT: client.cert, NATS_KEY: other.key },
    /^NATS_KEY=.*: .*key values mismatch/,
  ],
  [
    'an inbox that is a wildcard',
    { NATS_INBOX_PREFIX: '_INBOX.>' },
    /^NATS_INBOX_PREFIX=.*: expected a subject/,
  ],
  ['TLS and an IPv4 address', { NATS_URL: 'tls://10.0.0.1:4222' }, /^NATS_URL=.* not by an IP address/],
  [
    'TLS and an IPv6 address',
    { NATS_URL: 'nats://name,[::1]:4222', NATS_CA: authority.cert },
    /^NATS_URL=.* not by an IP address/,
  ],
];
for (const [what, environment, line] of faults) {
  test(`is refused with ${what}`, () => {
    const [first, ...more] = readFaults(environment);
    assert.match(first ?? '', line);
    assert.equal(more, []);
  });
}

test('is refused with both kinds of credentials', () => {
  assert.match(readFaults({ NATS_CREDS: missing, NATS_NKEY: nkey })[0] ?? '', /^NATS_NKEY=.* not from both/);
});

test('is refused with a password in the address, which is not shown', () => {
  const [line] = readFaults({ NATS_URL: 'nats://ann:secret@one:4222,nats://bob:hidden@two' });
  assert.match(
    line ?? '',
    /^NATS_URL=nats:\/\/\*\*\*@one:4222,nats:\/\/\*\*\*@two: .*NATS_CREDS or NATS_NKEY/,
  );
});

test('is refused with a seed where its file belongs, which is not shown', () => {
  const text = readFaults({ NATS_NKEY: seed }).join('\n');
  assert.match(text, /^NATS_NKEY=\*\*\*: ENOENT/);
  assert.not.match(text, seed);
});

test.after(() => {
  authority.close();
  rmSync(folder, { recursive: true });
});

test.run();
