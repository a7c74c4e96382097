/** A limit that is set wrongly must say so at the start, not by letting everything through. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, readConfig } from './config.ts';

const read = (environment: NodeJS.ProcessEnv) =>
  readConfig(environment, { httpPort: 5000, probePort: 9000 }).limits;

function readFault(environment: NodeJS.ProcessEnv): string {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

const test = suite('the limits of the REST door');

test('are harmless by default', () => {
  assert.equal(read({}), {
    corsOrigins: [],
    hstsMaxAgeSeconds: 0,
    server: { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, maxConnections: 0 },
    maxWaits: 1000,
    rateLimit: { perSecond: 0, burst: undefined },
    trustedProxies: 0,
  });
});

test('are taken from the environment', () => {
  const environment = {
    CORS_ORIGINS: 'https://shop.example.com, http://localhost:8080',
    HSTS_MAX_AGE_SECONDS: '31536000',
    HEADERS_TIMEOUT_SECONDS: '0.5',
    REQUEST_TIMEOUT_SECONDS: '2',
    MAX_CONNECTIONS: '100',
    MAX_WAITS: '10',
    RATE_LIMIT_PER_SECOND: '50',
    RATE_LIMIT_BURST: '0',
    TRUST_PROXY: '2',
  };
  assert.equal(read(environment), {
    corsOrigins: ['https://shop.example.com', 'http://localhost:8080'],
    hstsMaxAgeSeconds: 31_536_000,
    server: { headersTimeoutMs: 500, requestTimeoutMs: 2000, maxConnections: 100 },
    maxWaits: 10,
    rateLimit: { perSecond: 50, burst: 0 },
    trustedProxies: 2,
  });
  assert.equal(read({ RATE_LIMIT_PER_SECOND: '50' }).rateLimit, { perSecond: 50, burst: undefined });
  assert.equal(read({ CORS_ORIGINS: '*' }).corsOrigins, ['*']);
});

test('an origin is what a browser sends as one', () => {
  for (const wrong of [
    'shop.example.com',
    'https://shop.example.com/',
    'https://shop.example.com/path',
    'HTTPS://shop.example.com',
    'https://shop.example.com,',
    'null',
    'https://*.example.com',
    '*,https://shop.example.com',
  ]) {
    assert.match(readFault({ CORS_ORIGINS: wrong }), `CORS_ORIGINS=${wrong}: `, wrong);
  }
});

for (const name of [
  'HSTS_MAX_AGE_SECONDS',
  'MAX_CONNECTIONS',
  'MAX_WAITS',
  'RATE_LIMIT_PER_SECOND',
  'RATE_LIMIT_BURST',
  'TRUST_PROXY',
]) {
  test(`${name} is a whole number`, () => {
    for (const wrong of ['-1', '1.5', 'many', ' ', '1e3', '0x10', 'true']) {
      assert.match(readFault({ RATE_LIMIT_PER_SECOND: '1', [name]: wrong }), `${name}=${wrong}: `, wrong);
    }
  });
}

test('a timeout is a number of seconds, and headers come before their request is complete', () => {
  for (const wrong of ['0', '-1', '10s', ' ']) {
    assert.match(readFault({ HEADERS_TIMEOUT_SECONDS: wrong }), `HEADERS_TIMEOUT_SECONDS=${wrong}: `, wrong);
  }
  assert.match(
    readFault({ HEADERS_TIMEOUT_SECONDS: '5', REQUEST_TIMEOUT_SECONDS: '2' }),
    'HEADERS_TIMEOUT_SECONDS=5: may not be longer than REQUEST_TIMEOUT_SECONDS',
  );
});

test('a burst without a rate limit would limit nothing', () => {
  assert.match(readFault({ RATE_LIMIT_BURST: '5' }), 'RATE_LIMIT_BURST=5: ');
});

test('nobody at all may wait: that is not a limit but a fault', () => {
  assert.match(readFault({ MAX_WAITS: '0' }), 'MAX_WAITS=0: ');
});

test.run();
