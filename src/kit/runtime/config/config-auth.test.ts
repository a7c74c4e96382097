/** Nobody should believe that writes are protected when they are not: half a configuration ends the start. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, readConfig } from './config.ts';

const read = (environment: NodeJS.ProcessEnv) =>
  readConfig(environment, { httpPort: 5000, probePort: 9000 }).auth;

/** The variables that are named as wrong. */
function readFaults(environment: NodeJS.ProcessEnv): string[] {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.message.split('\n').map((line) => line.split('=')[0] ?? '');
    throw error;
  }
  return [];
}

const issuer = { AUTH_ISSUER: 'https://issuer.example.com', AUTH_AUDIENCE: 'portside' };
const url = 'https://issuer.example.com/keys';

const test = suite('the protection of writes');

test('is off by default', () => {
  assert.is(read({}), undefined);
  assert.is(read({ AUTH_JWKS_URL: '', AUTH_ISSUER: '' }), undefined);
});

test('needs the keys of an issuer, its name, and who the tokens are for', () => {
  assert.equal(read({ ...issuer, AUTH_JWKS_URL: url }), {
    issuer: issuer.AUTH_ISSUER,
    audience: issuer.AUTH_AUDIENCE,
    algorithms: ['RS256', 'ES256', 'EdDSA'],
    keys: { url: new URL(url), cooldownSeconds: 30 },
  });
  assert.equal(read({ ...issuer, AUTH_JWKS_FILE: 'keys.json' })?.keys, { file: 'keys.json' });
});

test('with a part of that, the start ends', () => {
  assert.equal(readFaults({ AUTH_JWKS_URL: url }), ['AUTH_ISSUER', 'AUTH_AUDIENCE']);
  assert.equal(readFaults({ AUTH_JWKS_FILE: 'keys.json', AUTH_ISSUER: 'x' }), ['AUTH_AUDIENCE']);
  assert.equal(readFaults({ AUTH_JWKS_FILE: 'keys.json', AUTH_AUDIENCE: 'x' }), ['AUTH_ISSUER']);
  assert.equal(readFaults(issuer), ['AUTH_ISSUER', 'AUTH_AUDIENCE']);
  assert.equal(readFaults({ AUTH_ALGORITHMS: 'RS256' }), ['AUTH_ALGORITHMS']);
  assert.equal(readFaults({ AUTH_JWKS_COOLDOWN_SECONDS: '5', AUTH_ISSUER: 'x' }), ['AUTH_ISSUER']);
});

test('keys come from one place', () => {
  assert.equal(readFaults({ ...issuer, AUTH_JWKS_URL: url, AUTH_JWKS_FILE: 'keys.json' }), [
    'AUTH_JWKS_FILE',
  ]);
});

test('that place is reached by HTTP', () => {
  for (const wrong of ['issuer.example.com/keys', 'file:///keys.json', 'data:application/json,{}']) {
    assert.equal(readFaults({ ...issuer, AUTH_JWKS_URL: wrong }), ['AUTH_JWKS_URL'], wrong);
  }
});

test('no algorithm is taken whose key would be a shared secret, or that is none', () => {
  const algorithms = (text: string) => ({ ...issuer, AUTH_JWKS_URL: url, AUTH_ALGORITHMS: text });
  assert.equal(read(algorithms('PS256, ES384'))?.algorithms, ['PS256', 'ES384']);
  for (const wrong of ['none', 'HS256', 'RS256,HS256', 'rs256', 'RS256;ES256', ',']) {
    assert.ok(readFaults(algorithms(wrong)).includes('AUTH_ALGORITHMS'), wrong);
  }
});

test.run();
