/** A client that asks too often is told when to come back, and then served; its neighbours never notice. */

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
const [free, limited, proxied] = await Promise.all([
  start({}),
  start({ RATE_LIMIT_PER_SECOND: '5', RATE_LIMIT_BURST: '10' }),
  start({ RATE_LIMIT_PER_SECOND: '5', RATE_LIMIT_BURST: '0', TRUST_PROXY: '2' }),
]);

const ask = (service: ServiceProcess, headers: Readonly<Record<string, string>> = {}, path = '/laptops') =>
  send(service.url + path, { headers });
/** Asks `count` times at once. */
const crowd = (service: ServiceProcess, count: number, headers?: Readonly<Record<string, string>>) =>
  Promise.all(Array.from({ length: count }, () => ask(service, headers)));

const off = suite('by default nobody is limited');

off('and no header speaks of it', async () => {
  const answers = await crowd(free, 100);
  assert.ok(answers.every(({ status }) => status === 200));
  assert.is(answers[0]?.headers['ratelimit'], undefined);
});

off.run();

const limit = suite('a client may send so many requests a second');

limit('what is left is told in every answer', async () => {
  const { headers } = await ask(limited);
  assert.is(headers['ratelimit-policy'], '"steady";q=5;w=1');
  assert.match(String(headers['ratelimit']), /^"steady";r=[0-4];t=1$/);
});

limit('beyond that and the burst it is 429, told as a problem with Retry-After', async () => {
  // Of 40 at once, in one second or across two: 5 or 10, and 10 more in ten seconds.
  const answers = await crowd(limited, 40);
  const served = answers.filter(({ status }) => status === 200).length;
  const refused = answers.filter(({ status }) => status === 429);
  assert.is(served + refused.length, 40);
  assert.ok(served >= 14 && served <= 20, `${served} were served`);
  for (const answer of refused) {
    assert.is(answer.headers['content-type'], 'application/problem+json');
    assert.is(parseJsonBody(answer)['type'], '/problems/too-many-requests');
    assert.is(answer.headers['retry-after'], '1');
    assert.match(String(answer.headers['ratelimit']), 'r=0');
  }
});

limit('whatever it asks for: writes, unknown paths and unknown methods count as well', async () => {
  await eventually(async () => {
    await crowd(limited, 20);
    assert.is((await ask(limited, {}, '/nothing')).status, 429);
    assert.is((await send(`${limited.url}/laptops`, { method: 'POST' })).status, 429);
    assert.is((await send(`${limited.url}/laptops`, { method: 'TRACE' })).status, 429);
  });
});

limit('who comes back when Retry-After says is served', async () => {
  // The burst may be used up: then a second has five requests, and this client is alone.
  const refused = await eventually(async () => {
    await crowd(limited, 20);
    const answer = await ask(limited);
    assert.is(answer.status, 429);
    return answer;
  });
  await sleep(Number(refused.headers['retry-after']) * 1000);
  assert.is((await ask(limited)).status, 200);
});

limit('a client cannot pass for another one by a header, unless proxies are trusted', async () => {
  await eventually(async () => {
    await crowd(limited, 20);
    assert.is((await ask(limited, { 'X-Forwarded-For': '203.0.113.9' })).status, 429);
  });
});

limit.run();

const proxies = suite('behind trusted proxies the client is who the outermost of them saw');

const statuses = (answers: readonly { readonly status: number }[]) =>
  answers.map(({ status }) => status).filter((status) => status === 200).length;

proxies('each has a limit of its own', async () => {
  for (const client of ['203.0.113.1', '203.0.113.2', '2001:db8:1::1', '2001:db8:2::1']) {
    const served = statuses(await crowd(proxied, 20, { 'X-Forwarded-For': `${client}, 10.0.0.1` }));
    assert.ok(served >= 5 && served <= 10, `${client}: ${served} were served`);
  }
});

proxies('what a client wrote there itself is not believed', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      ask(proxied, { 'X-Forwarded-For': `198.51.100.${index}, 203.0.113.3, 10.0.0.1` }),
    ),
  );
  assert.ok(statuses(answers) <= 10, 'twenty made-up addresses are one client');
});

proxies('another address of the same IPv6 network is no other client', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      ask(proxied, { 'X-Forwarded-For': `2001:db8:3::${index + 1}, 10.0.0.1` }),
    ),
  );
  assert.ok(statuses(answers) <= 10);
});

proxies.after(async () => {
  await Promise.all([free.stop(), limited.stop(), proxied.stop()]);
  await connection.nc.close();
  await broker.close();
});
proxies.run();
