/** Where writes are protected, only a token that the issuer signed, for this service, for now and for writing, passes. */

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

/** Tries to write; the body comes last, so that what is refused is refused before it is read. */
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

async function refuses(authorization: string | undefined, error: string | undefined) {
  const answer = await write(authorization);
  const shown = JSON.stringify([authorization, answer.headers, answer.body.toString()]);
  assert.is(answer.status, error === 'insufficient_scope' ? 403 : 401, shown);
  assert.is(answer.headers['content-type'], 'application/problem+json', shown);
  const challenge = answer.headers['www-authenticate'] ?? '';
  assert.match(challenge, /^Bearer realm="portside"(?:, [a-z_]+="[^"\\]*")*$/, shown);
  assert.match(challenge, 'scope="laptops:write"', shown);
  assert.is(/error="(\w+)"/.exec(challenge)?.[1], error, shown);
}

const open401 = suite('a write without a valid token is refused with 401');

open401('for every method that writes, and before anything else is looked at', async () => {
  const targets = [
    ['POST', collection],
    ['PUT', `${collection}/1`],
    ['DELETE', `${collection}/1`],
    ['DELETE', `${collection}/no-id`],
  ] as const;
  for (const [method, url] of targets) {
    const answer = await write(undefined, method, url);
    assert.is(answer.status, 401, `${method} ${url}`);
    assert.is(parseJsonBody(answer)['type'], '/problems/unauthenticated');
  }
  const noJson = await send(collection, {
    method: 'POST',
    headers: { Accept: 'image/png' },
    body: 'no json',
  });
  assert.is(noJson.status, 401);
});

open401('without a word on what is wrong when there is none (RFC 6750, section 3.1)', async () => {
  for (const authorization of [undefined, '', 'Basic dTpw', 'Bearer', 'Bearer ', 'Token abc', 'Bearer a b']) {
    await refuses(authorization, undefined);
  }
});

open401('when it is no JWT', async () => {
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
    await refuses(`Bearer ${Buffer.from(garbage).toString('latin1')}`, 'invalid_token');
  }
});

const now = () => Math.floor(Date.now() / 1000);
const wrongClaims: Record<string, () => Record<string, unknown>> = {
  'another issuer': () => ({ iss: 'https://other.example.com' }),
  'no issuer': () => ({ iss: undefined }),
  'another audience': () => ({ aud: 'elsewhere' }),
  'no audience': () => ({ aud: undefined }),
  'audiences without ours': () => ({ aud: ['elsewhere', 'portside2'] }),
  'an end that is over': () => ({ iat: now() - 3600, exp: now() - 60 }),
  'no end': () => ({ exp: undefined }),
  'an end that is no number': () => ({ exp: 'never' }),
  'a beginning in the future': () => ({ nbf: now() + 60 }),
};
for (const [what, claims] of Object.entries(wrongClaims)) {
  open401(`when it has ${what}`, async () => {
    for (const issuer of [rsa, ed25519]) {
      await refuses(`Bearer ${await issuer.issue(claims())}`, 'invalid_token');
    }
  });
}

open401('when somebody else signed it, with the same key id, an unknown one, or none', async () => {
  for (const header of [{ kid: 'rsa' }, { kid: 'unknown' }, {}]) {
    await refuses(`Bearer ${await stranger.issue({}, header)}`, 'invalid_token');
  }
});

open401('when its algorithm is not one of those that are configured', async () => {
  await refuses(`Bearer ${await ellipticCurve.issue()}`, 'invalid_token');
});

open401('when it says that it needs no signature', async () => {
  const unsecured = new UnsecuredJWT(validClaims()).encode();
  await refuses(`Bearer ${unsecured}`, 'invalid_token');
  // The same with a signature of another token at its end, and with other spellings.
  const [, , signature] = (await rsa.issue()).split('.');
  await refuses(`Bearer ${unsecured}${signature}`, 'invalid_token');
  for (const alg of ['None', 'NONE', '']) {
    const header = Buffer.from(JSON.stringify({ alg, kid: 'rsa' })).toString('base64url');
    await refuses(`Bearer ${header}.${unsecured.split('.')[1]}.`, 'invalid_token');
  }
});

open401('when it is signed with what everybody knows, the public key taken for a shared secret', async () => {
  for (const secret of [rsa.publicPem, rsa.publicPem.trim(), rsa.publicKey.n ?? '']) {
    const forged = await new SignJWT(validClaims())
      .setProtectedHeader({ alg: 'HS256', kid: 'rsa' })
      .sign(new TextEncoder().encode(secret));
    await refuses(`Bearer ${forged}`, 'invalid_token');
  }
});

open401('when it brings its own key, or says where to fetch one', async () => {
  const claims = Buffer.from(JSON.stringify(validClaims())).toString('base64url');
  const signature = (await stranger.issue()).split('.')[2];
  for (const extra of [
    { jwk: stranger.publicKey },
    { jku: 'http://127.0.0.1:9/keys' },
    { crit: ['x'], x: 1 },
  ]) {
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', ...extra })).toString('base64url');
    await refuses(`Bearer ${header}.${claims}.${signature}`, 'invalid_token');
  }
});

open401.run();

const scopes = suite('a valid token needs the scope of this service');

scopes('without it, the answer is 403 and names it', async () => {
  for (const scope of [
    undefined,
    '',
    'ports:write',
    'laptops',
    'laptops:write2 xlaptops:write',
    'LAPTOPS:WRITE',
  ]) {
    const token = await rsa.issue({ scope });
    await refuses(`Bearer ${token}`, 'insufficient_scope');
    assert.is(parseJsonBody(await write(`Bearer ${token}`))['type'], '/problems/forbidden');
  }
});

scopes('with it, wherever the issuer writes scopes, the write is carried out', async () => {
  for (const claims of [
    {},
    { scope: 'openid laptops:write ports:write' },
    { scope: undefined, scp: 'ports:write laptops:write' },
    { scope: undefined, scp: ['ports:write', 'laptops:write'] },
    { scope: 'openid', scp: ['laptops:write'] },
    { aud: ['elsewhere', audience] },
    { nbf: now() - 60 },
    // Clocks may differ by some seconds.
    { exp: now() - 2 },
    { nbf: now() + 2 },
  ]) {
    for (const issuer of [rsa, ed25519]) {
      const answer = await write(`Bearer ${await issuer.issue(claims)}`);
      assert.is(answer.status, 201, JSON.stringify([claims, answer.body.toString()]));
      assert.is(answer.headers['www-authenticate'], undefined);
    }
  }
});

scopes('the name of the scheme is written in any case', async () => {
  assert.is((await write(`bearer ${await rsa.issue()}`)).status, 201);
});

scopes('every write passes with it', async () => {
  const authorization = `Bearer ${await ed25519.issue()}`;
  const location = (await write(authorization)).headers.location ?? '';
  assert.is((await write(authorization, 'PUT', service.url + location)).status, 200);
  assert.is((await write(authorization, 'DELETE', service.url + location)).status, 204);
});

scopes.run();

const free = suite('what needs no token');

free('is reading, and asking what there is', async () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    assert.ok((await send(collection, { method })).status < 300, method);
  }
  assert.is((await send(collection, { method: 'PATCH' })).status, 405);
  assert.is((await send(collection, { headers: { Authorization: 'Bearer garbage' } })).status, 200);
});

free.after(async () => {
  await service.stop();
  await connection.nc.close();
  await broker.close();
  await rm(folder, { recursive: true });
});
free.run();
