/** Keys that are fetched from the issuer (AUTH_JWKS_URL), which may rotate them or be unreachable. */

import type { RequestListener } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listen } from '../../src/kit/http/server/listen.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { audience, createIssuer, issuerName, type Issuer } from '../support/http/issuer.ts';
import { parseJsonBody, send } from '../support/http/raw-http.ts';
import { startServiceProcess, type ServiceProcess } from '../support/process/service-process.ts';

const [first, second, third, stranger] = await Promise.all([
  createIssuer('2026-01', 'RS256'),
  createIssuer('2026-02', 'EdDSA'),
  createIssuer('2026-03', 'ES256'),
  createIssuer('unknown', 'RS256'),
]);

let fetches = 0;
let respondWithKeys: RequestListener = () => undefined;
const publish = (...issuers: Issuer[]) => {
  respondWithKeys = (_request, response) =>
    response.end(JSON.stringify({ keys: issuers.map(({ publicKey }) => publicKey) }));
};
const closeConnection: RequestListener = (request) => request.socket.destroy();
const keyServer = await listen({
  host: '127.0.0.1',
  port: 0,
  variable: 'none',
  listener: (...call) => {
    fetches += 1;
    respondWithKeys(...call);
  },
});

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const start = (cooldownSeconds: number) =>
  startServiceProcess('laptops', {
    natsUrl: broker.url,
    env: {
      AUTH_JWKS_URL: `http://127.0.0.1:${keyServer.port}/keys`,
      AUTH_ISSUER: issuerName,
      AUTH_AUDIENCE: audience,
      AUTH_JWKS_COOLDOWN_SECONDS: String(cooldownSeconds),
      LOG_LEVEL: 'fatal',
    },
  });
const [withoutCooldown, withCooldown] = await Promise.all([start(0), start(30)]);

async function write(service: ServiceProcess, issuer: Issuer) {
  return send(`${service.url}/laptops`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${await issuer.issue()}` },
    body: '{"title":"Lenovo","model":"S3"}',
  });
}

const outage = suite('a write whose key has to be fetched');

const failures: Record<string, RequestListener> = {
  'closes the connection': closeConnection,
  'returns 500': (_request, response) => response.writeHead(500).end('{}'),
  'returns HTML': (_request, response) => response.end('<html>'),
  'returns no key set': (_request, response) => response.end('{"keys":"none"}'),
  redirects: (_request, response) => response.writeHead(302, { Location: '/others' }).end(),
};
for (const [description, failure] of Object.entries(failures)) {
  outage(`returns 503 while the issuer ${description}`, async () => {
    respondWithKeys = failure;
    const response = await write(withoutCooldown, first);
    assert.is(response.status, 503, response.body.toString());
    assert.is(parseJsonBody(response)['type'], '/problems/unavailable');
    assert.ok(Number(response.headers['retry-after']) > 0);
    assert.is(response.headers['www-authenticate'], undefined);
  });
}

outage('is still rejected with 401 if its token is malformed', async () => {
  const headers = { Authorization: 'Bearer garbage' };
  assert.is((await send(`${withoutCooldown.url}/laptops`, { method: 'POST', headers })).status, 401);
});

outage('succeeds once the issuer is reachable again', async () => {
  publish(first);
  assert.is((await write(withoutCooldown, first)).status, 201);
});

outage('succeeds with a cached key while the issuer is unreachable', async () => {
  respondWithKeys = closeConnection;
  assert.is((await write(withoutCooldown, first)).status, 201);
  // Only the issuer knows whether this key is new or invalid.
  assert.is((await write(withoutCooldown, second)).status, 503);
});

outage.run();

const rotation = suite('key rotation');

rotation('fetches a new key when a token names it and keeps the old key while it is published', async () => {
  publish(first, second);
  assert.is((await write(withoutCooldown, second)).status, 201);
  assert.is((await write(withoutCooldown, first)).status, 201);
});

rotation('rejects a key that is no longer published', async () => {
  publish(second, third);
  assert.is((await write(withoutCooldown, third)).status, 201);
  assert.is((await write(withoutCooldown, second)).status, 201);
  const response = await write(withoutCooldown, first);
  assert.is(response.status, 401);
  assert.match(response.headers['www-authenticate'] ?? '', 'error="invalid_token"');
});

rotation(
  'does not fetch known keys again, and fetches at most once per cooldown for unknown ones',
  async () => {
    publish(first);
    fetches = 0;
    for (let i = 0; i < 5; i++) assert.is((await write(withCooldown, first)).status, 201);
    assert.is(fetches, 1);
    for (let i = 0; i < 20; i++) assert.is((await write(withCooldown, stranger)).status, 401);
    assert.is(fetches, 1);
  },
);

rotation.after(async () => {
  await Promise.all([withoutCooldown.stop(), withCooldown.stop()]);
  await keyServer.close();
  await connection.nc.close();
  await broker.close();
});
rotation.run();
