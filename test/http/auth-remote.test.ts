/** Keys that are fetched from their issuer: they change, and the issuer is not always there; neither is the token's fault. */

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
let answerKeys: RequestListener = () => undefined;
const publish = (...issuers: Issuer[]) => {
  answerKeys = (_request, response) =>
    response.end(JSON.stringify({ keys: issuers.map(({ publicKey }) => publicKey) }));
};
const refuse: RequestListener = (request) => request.socket.destroy();
const keyServer = await listen({
  host: '127.0.0.1',
  port: 0,
  variable: 'none',
  listener: (...call) => {
    fetches += 1;
    answerKeys(...call);
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
const [eager, patient] = await Promise.all([start(0), start(30)]);

async function write(service: ServiceProcess, issuer: Issuer) {
  return send(`${service.url}/laptops`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${await issuer.issue()}` },
    body: '{"title":"Lenovo","model":"S3"}',
  });
}

const outage = suite('keys that cannot be fetched are no fault of the token');

const failures: Record<string, RequestListener> = {
  'is not there': refuse,
  'has failed': (_request, response) => response.writeHead(500).end('{}'),
  'sends a page': (_request, response) => response.end('<html>'),
  'sends no key set': (_request, response) => response.end('{"keys":"none"}'),
  'sends elsewhere': (_request, response) => response.writeHead(302, { Location: '/others' }).end(),
};
for (const [what, failure] of Object.entries(failures)) {
  outage(`503 while the issuer ${what}`, async () => {
    answerKeys = failure;
    const answer = await write(eager, first);
    assert.is(answer.status, 503, answer.body.toString());
    assert.is(parseJsonBody(answer)['type'], '/problems/unavailable');
    assert.ok(Number(answer.headers['retry-after']) > 0);
    assert.is(answer.headers['www-authenticate'], undefined);
  });
}

outage('but a token that no key could help is refused all the same', async () => {
  const headers = { Authorization: 'Bearer garbage' };
  assert.is((await send(`${eager.url}/laptops`, { method: 'POST', headers })).status, 401);
});

outage('when the issuer is back, so are the writes', async () => {
  publish(first);
  assert.is((await write(eager, first)).status, 201);
});

outage('what was fetched is used on while the issuer is away', async () => {
  answerKeys = refuse;
  assert.is((await write(eager, first)).status, 201);
  // Whether this key is new or unknown, nobody can say now.
  assert.is((await write(eager, second)).status, 503);
});

outage.run();

const rotation = suite('the issuer changes its keys');

rotation(
  'a new key is fetched when a token names it, and the old one stays while it is published',
  async () => {
    publish(first, second);
    assert.is((await write(eager, second)).status, 201);
    assert.is((await write(eager, first)).status, 201);
  },
);

rotation('a key that is published no more passes no more', async () => {
  publish(second, third);
  assert.is((await write(eager, third)).status, 201);
  assert.is((await write(eager, second)).status, 201);
  const answer = await write(eager, first);
  assert.is(answer.status, 401);
  assert.match(answer.headers['www-authenticate'] ?? '', 'error="invalid_token"');
});

rotation('known keys are not fetched again, and made-up ones cause one fetch in a while', async () => {
  publish(first);
  fetches = 0;
  for (let i = 0; i < 5; i++) assert.is((await write(patient, first)).status, 201);
  assert.is(fetches, 1);
  for (let i = 0; i < 20; i++) assert.is((await write(patient, stranger)).status, 401);
  assert.is(fetches, 1);
});

rotation.after(async () => {
  await Promise.all([eager.stop(), patient.stop()]);
  await keyServer.close();
  await connection.nc.close();
  await broker.close();
});
rotation.run();
