/** A protected write requires a valid bearer token of the issuer, with the configured audience and the service's scope. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT, UnsecuredJWT } from 'jose';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { audience, createIssuer, issuerName, validClaims } from '../support/http/issuer.ts';
import { parseJsonBody, send } from '../support/http/raw-http.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const [rsa, ed25519, ellipticCurve, stranger] = await Promise.all([
  createIssuer('rsa', 'RS256'),
  createIssuer('ed25519', 'EdDSA'),
  createIssuer('elliptic-curve', 'ES256'),
  createIssuer('rsa', 'RS256'),
]);
const folder = await mkdtemp(join(tmpdir(), 'portside-auth-'));
const keys = join(folder, 'keys.json');
await writeFile(keys, JSON.stringify({ keys: [rsa.publicKey, ed25519.publicKey, ellipticCurve.publicKey] }));
const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const env = {
  AUTH_JWKS_FILE: keys,
  AUTH_ISSUER: issuerName,
  AUTH_AUDIENCE: audience,
  AUTH_ALGORITHMS: 'RS256,EdDSA',
};
const service = await startServiceProcess('laptops', { natsUrl: broker.url, env });
const collection = `${service.url}/laptops`;

/** Sends a write with this Authorization header. */
function write(authorization: string | undefined, method = 'POST', url = collection) {
  return send(url, {
    method,
    headers: {
      'Content-Type': 'application/json',
      ...(authorization !== undefined && { Authorization: authorization }),
    },
    body: method === 'DELETE' ? '' : JSON.stringify({ title: 'Lenovo', model: 'S3' }),
  });
}

async function assertRejected(authorization: string | undefined, error: string | undefined) {
  const response = await write(authorization);
  const details = JSON.stringify([authorization, response.headers, response.body.toString()]);
  assert.is(response.status, error === 'insufficient_scope' ? 403 : 401, details);
  assert.is(response.headers['content-type'], 'application/problem+json', details);
  const challenge = response.headers['www-authenticate'] ?? '';
  assert.match(challenge, /^Bearer realm="portside"(?:, [a-z_]+="[^"\\]*")*$/, details);
  assert.match(challenge, 'scope="laptops:write"', details);
  assert.is(/error="(\w+)"/.exec(challenge)?.[1], error, details);
}

const invalidTokens = suite('a write without a valid token');

invalidTokens('is rejected with 401 for every write method, before anything else is checked', async () => {
  const targets = [
    ['POST', collection],
    ['PUT', `${collection}/1`],
    ['DELETE', `${collection}/1`],
    ['DELETE', `${collection}/no-id`],
  ] as const;
  for (const [method, url] of targets) {
    const response = await write(undefined, method, url);
    assert.is(response.status, 401, `${method} ${url}`);
    assert.is(parseJsonBody(response)['type'], '/problems/unauthenticated');
  }
  const invalidBody = await send(collection, {
    method: 'POST',
    headers: { Accept: 'image/png' },
    body: 'no json',
  });
  assert.is(invalidBody.status, 401);
});

invalidTokens('is rejected without an error code if it has no token (RFC 6750, section 3.1)', async () => {
  for (const authorization of [undefined, '', 'Basic dTpw', 'Bearer', 'Bearer ', 'Token abc', 'Bearer a b']) {
    await assertRejected(authorization, undefined);
  }
});

invalidTokens('is rejected if the token is not a JWT', async () => {
  const token = await rsa.issue();
  const [header, payload, signature] = token.split('.');
  for (const garbage of [
    'garbage',
    'a.b.c',
    '..',
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `${header}.${payload}.${signature}.`,
    `${header}.eyJ9.${signature}`,
    `${header}.${payload}.${signature?.toUpperCase()}`,
    '€'.repeat(10),
  ]) {
    await assertRejected(`Bearer ${Buffer.from(garbage).toString('latin1')}`, 'invalid_token');
  }
});

const now = () => Math.floor(Date.now() / 1000);
const wrongClaims: Record<string, () => Record<string, unknown>> = {
  'another issuer': () => ({ iss: 'https://other.example.com' }),
  'no issuer': () => ({ iss: undefined }),
  'another audience': () => ({ aud: 'elsewhere' }),
  'no audience': () => ({ aud: undefined }),
  'only other audiences': () => ({ aud: ['elsewhere', 'portside2'] }),
  'an expiry in the past': () => ({ iat: now() - 3600, exp: now() - 60 }),
  'no expiry': () => ({ exp: undefined }),
  'an expiry that is not a number': () => ({ exp: 'never' }),
  'a not-before time in the future': () => ({ nbf: now() + 60 }),
};
for (const [description, claims] of Object.entries(wrongClaims)) {
  invalidTokens(`is rejected if the token has ${description}`, async () => {
    for (const issuer of [rsa, ed25519]) {
      await assertRejected(`Bearer ${await issuer.issue(claims())}`, 'invalid_token');
    }
  });
}

invalidTokens(
  'is rejected if another key signed the token, with a known key id, an unknown one or none',
  async () => {
    for (const header of [{ kid: 'rsa' }, { kid: 'unknown' }, {}]) {
      await assertRejected(`Bearer ${await stranger.issue({}, header)}`, 'invalid_token');
    }
  },
);

invalidTokens('is rejected if the algorithm of the token is not configured', async () => {
  await assertRejected(`Bearer ${await ellipticCurve.issue()}`, 'invalid_token');
});

invalidTokens('is rejected if the token is unsigned', async () => {
  const unsecured = new UnsecuredJWT(validClaims()).encode();
  await assertRejected(`Bearer ${unsecured}`, 'invalid_token');
  // Adding the signature of another token, or spelling `none` differently, makes no difference.
  const [, , signature] = (await rsa.issue()).split('.');
  await assertRejected(`Bearer ${unsecured}${signature}`, 'invalid_token');
  for (const alg of ['None', 'NONE', '']) {
    const header = Buffer.from(JSON.stringify({ alg, kid: 'rsa' })).toString('base64url');
    await assertRejected(`Bearer ${header}.${unsecured.split('.')[1]}.`, 'invalid_token');
  }
});

invalidTokens('is rejected if the token is signed with the public key as a shared secret', async () => {
  for (const secret of [rsa.publicPem, rsa.publicPem.trim(), rsa.publicKey.n ?? '']) {
    const forged = await new SignJWT(validClaims())
      .setProtectedHeader({ alg: 'HS256', kid: 'rsa' })
      .sign(new TextEncoder().encode(secret));
    await assertRejected(`Bearer ${forged}`, 'invalid_token');
  }
});

invalidTokens(
  'is rejected if the token contains a key, a key URL or an unknown critical header',
  async () => {
    const claims = Buffer.from(JSON.stringify(validClaims())).toString('base64url');
    const signature = (await stranger.issue()).split('.')[2];
    for (const extra of [
      { jwk: stranger.publicKey },
      { jku: 'http://127.0.0.1:9/keys' },
      { crit: ['x'], x: 1 },
    ]) {
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', ...extra })).toString('base64url');
      await assertRejected(`Bearer ${header}.${claims}.${signature}`, 'invalid_token');
    }
  },
);

invalidTokens.run();

const scopes = suite('a valid token');

scopes('is rejected with 403 and the required scope if it lacks that scope', async () => {
  for (const scope of [
    undefined,
    '',
    'ports:write',
    'laptops',
    'laptops:write2 xlaptops:write',
    'LAPTOPS:WRITE',
  ]) {
    const token = await rsa.issue({ scope });
    await assertRejected(`Bearer ${token}`, 'insufficient_scope');
    assert.is(parseJsonBody(await write(`Bearer ${token}`))['type'], '/problems/forbidden');
  }
});

scopes('allows writes if `scope` or `scp` contains the required scope', async () => {
  for (const claims of [
    {},
    { scope: 'openid laptops:write ports:write' },
    { scope: undefined, scp: 'ports:write laptops:write' },
    { scope: undefined, scp: ['ports:write', 'laptops:write'] },
    { scope: 'openid', scp: ['laptops:write'] },
    { aud: ['elsewhere', audience] },
    { nbf: now() - 60 },
    // Clock differences of a few seconds are tolerated.
    { exp: now() - 2 },
    { nbf: now() + 2 },
  ]) {
    for (const issuer of [rsa, ed25519]) {
      const response = await write(`Bearer ${await issuer.issue(claims)}`);
      assert.is(response.status, 201, JSON.stringify([claims, response.body.toString()]));
      assert.is(response.headers['www-authenticate'], undefined);
    }
  }
});

scopes('is accepted whether the scheme is written `Bearer` or `bearer`', async () => {
  assert.is((await write(`bearer ${await rsa.issue()}`)).status, 201);
});

scopes('allows POST, PUT and DELETE', async () => {
  const authorization = `Bearer ${await ed25519.issue()}`;
  const location = (await write(authorization)).headers.location ?? '';
  assert.is((await write(authorization, 'PUT', service.url + location)).status, 200);
  assert.is((await write(authorization, 'DELETE', service.url + location)).status, 204);
});

scopes.run();

const unprotected = suite('a request that does not write');

unprotected('needs no token', async () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    assert.ok((await send(collection, { method })).status < 300, method);
  }
  assert.is((await send(collection, { method: 'PATCH' })).status, 405);
  assert.is((await send(collection, { headers: { Authorization: 'Bearer garbage' } })).status, 200);
});

unprotected.after(async () => {
  await service.stop();
  await connection.nc.close();
  await broker.close();
  await rm(folder, { recursive: true });
});
unprotected.run();
