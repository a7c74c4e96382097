import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, readConfig } from './config.ts';

const read = (environment: NodeJS.ProcessEnv) =>
  readConfig(environment, { httpPort: 5000, probePort: 9000 }).auth;

/** Returns the names of the variables that the error reports. */
function invalidVariables(environment: NodeJS.ProcessEnv): string[] {
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

const test = suite('configuration of token verification');

test('is disabled by default', () => {
  assert.is(read({}), undefined);
  assert.is(read({ AUTH_JWKS_URL: '', AUTH_ISSUER: '' }), undefined);
});

test('is enabled by a key set, an issuer and an audience', () => {
  assert.equal(read({ ...issuer, AUTH_JWKS_URL: url }), {
    issuer: issuer.AUTH_ISSUER,
    audience: issuer.AUTH_AUDIENCE,
    algorithms: ['RS256', 'ES256', 'EdDSA'],
    keys: { url: new URL(url), cooldownSeconds: 30 },
  });
  assert.equal(read({ ...issuer, AUTH_JWKS_FILE: 'keys.json' })?.keys, { file: 'keys.json' });
});

test('is invalid without a key set, an issuer or an audience', () => {
  assert.equal(invalidVariables({ AUTH_JWKS_URL: url }), ['AUTH_ISSUER', 'AUTH_AUDIENCE']);
  assert.equal(invalidVariables({ AUTH_JWKS_FILE: 'keys.json', AUTH_ISSUER: 'x' }), ['AUTH_AUDIENCE']);
  assert.equal(invalidVariables({ AUTH_JWKS_FILE: 'keys.json', AUTH_AUDIENCE: 'x' }), ['AUTH_ISSUER']);
  assert.equal(invalidVariables(issuer), ['AUTH_ISSUER', 'AUTH_AUDIENCE']);
  assert.equal(invalidVariables({ AUTH_ALGORITHMS: 'RS256' }), ['AUTH_ALGORITHMS']);
  assert.equal(invalidVariables({ AUTH_JWKS_COOLDOWN_SECONDS: '5', AUTH_ISSUER: 'x' }), ['AUTH_ISSUER']);
});

test('rejects a key set from both a URL and a file', () => {
  assert.equal(invalidVariables({ ...issuer, AUTH_JWKS_URL: url, AUTH_JWKS_FILE: 'keys.json' }), [
    'AUTH_JWKS_FILE',
  ]);
});

test('rejects a key set URL that is not HTTP or HTTPS', () => {
  for (const invalid of ['issuer.example.com/keys', 'file:///keys.json', 'data:application/json,{}']) {
    assert.equal(invalidVariables({ ...issuer, AUTH_JWKS_URL: invalid }), ['AUTH_JWKS_URL'], invalid);
  }
});

test('rejects symmetric and unknown algorithms and `none`', () => {
  const algorithms = (text: string) => ({ ...issuer, AUTH_JWKS_URL: url, AUTH_ALGORITHMS: text });
  assert.equal(read(algorithms('PS256, ES384'))?.algorithms, ['PS256', 'ES384']);
  for (const invalid of ['none', 'HS256', 'RS256,HS256', 'rs256', 'RS256;ES256', ',']) {
    assert.ok(invalidVariables(algorithms(invalid)).includes('AUTH_ALGORITHMS'), invalid);
  }
});

test.run();
