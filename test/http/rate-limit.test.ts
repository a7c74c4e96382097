/** A client that exceeds its rate limit receives 429 with Retry-After. Other clients are not affected. */

import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { parseJsonBody, send } from '../support/http/raw-http.ts';
import { startServiceProcess, type ServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const start = (env: Readonly<Record<string, string>>) =>
  startServiceProcess('laptops', { natsUrl: broker.url, env: { LOG_LEVEL: 'fatal', ...env } });
const [unlimited, limited, proxied] = await Promise.all([
  start({}),
  start({ RATE_LIMIT_PER_SECOND: '5', RATE_LIMIT_BURST: '10' }),
  start({ RATE_LIMIT_PER_SECOND: '5', RATE_LIMIT_BURST: '0', TRUST_PROXY: '2' }),
]);

const get = (service: ServiceProcess, headers: Readonly<Record<string, string>> = {}, path = '/laptops') =>
  send(service.url + path, { headers });
/** Sends `count` requests at once. */
const getMany = (service: ServiceProcess, count: number, headers?: Readonly<Record<string, string>>) =>
  Promise.all(Array.from({ length: count }, () => get(service, headers)));

const defaults = suite('a service without a rate limit');

defaults('serves every request and sends no RateLimit header', async () => {
  const responses = await getMany(unlimited, 100);
  assert.ok(responses.every(({ status }) => status === 200));
  assert.is(responses[0]?.headers['ratelimit'], undefined);
});

defaults.run();

const rateLimit = suite('the rate limit');

rateLimit('is reported with the remaining requests in every response', async () => {
  const { headers } = await get(limited);
  assert.is(headers['ratelimit-policy'], '"steady";q=5;w=1');
  assert.match(String(headers['ratelimit']), /^"steady";r=[0-4];t=1$/);
});

rateLimit('rejects requests beyond the rate and the burst with 429 and Retry-After', async () => {
  // The rate allows 5 requests in each of the one or two seconds that 40 requests take. The burst allows 10 more in 10 s.
  const responses = await getMany(limited, 40);
  const served = responses.filter(({ status }) => status === 200).length;
  const rejected = responses.filter(({ status }) => status === 429);
  assert.is(served + rejected.length, 40);
  assert.ok(served >= 14 && served <= 20, `${served} were served`);
  for (const response of rejected) {
    assert.is(response.headers['content-type'], 'application/problem+json');
    assert.is(parseJsonBody(response)['type'], '/problems/too-many-requests');
    assert.is(response.headers['retry-after'], '1');
    assert.match(String(response.headers['ratelimit']), 'r=0');
  }
});

rateLimit('counts writes, unknown paths and unknown methods as well', async () => {
  await eventually(async () => {
    await getMany(limited, 20);
    assert.is((await get(limited, {}, '/nothing')).status, 429);
    assert.is((await send(`${limited.url}/laptops`, { method: 'POST' })).status, 429);
    assert.is((await send(`${limited.url}/laptops`, { method: 'TRACE' })).status, 429);
  });
});

rateLimit('accepts a request again after Retry-After', async () => {
  // Even if the burst is used up, the next second allows five requests, and no other client uses them.
  const rejected = await eventually(async () => {
    await getMany(limited, 20);
    const response = await get(limited);
    assert.is(response.status, 429);
    return response;
  });
  await sleep(Number(rejected.headers['retry-after']) * 1000);
  assert.is((await get(limited)).status, 200);
});

rateLimit('ignores X-Forwarded-For unless proxies are trusted', async () => {
  await eventually(async () => {
    await getMany(limited, 20);
    assert.is((await get(limited, { 'X-Forwarded-For': '203.0.113.9' })).status, 429);
  });
});

rateLimit.run();

const proxiedLimit = suite('the rate limit behind trusted proxies');

const countServed = (responses: readonly { readonly status: number }[]) =>
  responses.map(({ status }) => status).filter((status) => status === 200).length;

proxiedLimit('applies to each client address separately', async () => {
  for (const client of ['203.0.113.1', '203.0.113.2', '2001:db8:1::1', '2001:db8:2::1']) {
    const served = countServed(await getMany(proxied, 20, { 'X-Forwarded-For': `${client}, 10.0.0.1` }));
    assert.ok(served >= 5 && served <= 10, `${client}: ${served} were served`);
  }
});

proxiedLimit('ignores addresses that the client added to X-Forwarded-For itself', async () => {
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      get(proxied, { 'X-Forwarded-For': `198.51.100.${index}, 203.0.113.3, 10.0.0.1` }),
    ),
  );
  assert.ok(countServed(responses) <= 10, '20 forged addresses count as one client');
});

proxiedLimit('treats all addresses of an IPv6 /64 network as one client', async () => {
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      get(proxied, { 'X-Forwarded-For': `2001:db8:3::${index + 1}, 10.0.0.1` }),
    ),
  );
  assert.ok(countServed(responses) <= 10);
});

proxiedLimit.after(async () => {
  await Promise.all([unlimited.stop(), limited.stop(), proxied.stop()]);
  await connection.nc.close();
  await broker.close();
});
proxiedLimit.run();
