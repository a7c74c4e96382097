import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, readConfig } from './config.ts';

const read = (environment: NodeJS.ProcessEnv) =>
  readConfig(environment, { httpPort: 5000, probePort: 9000 }).limits;

function readError(environment: NodeJS.ProcessEnv): string {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

const test = suite('configuration of the REST API limits');

test('has defaults', () => {
  assert.equal(read({}), {
    corsOrigins: [],
    hstsMaxAgeSeconds: 0,
    server: { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, maxConnections: 0 },
    maxWaits: 1000,
    bulk: { maxRows: 10_000, maxBytes: 4_194_304 },
    rateLimit: { perSecond: 0, burst: undefined },
    trustedProxies: 0,
  });
});

test('is read from the environment', () => {
  const environment = {
    CORS_ORIGINS: 'https://shop.example.com, http://localhost:8080',
    HSTS_MAX_AGE_SECONDS: '31536000',
    HEADERS_TIMEOUT_SECONDS: '0.5',
    REQUEST_TIMEOUT_SECONDS: '2',
    MAX_CONNECTIONS: '100',
    MAX_WAITS: '10',
    BULK_MAX_ROWS: '500',
    BULK_MAX_BYTES: '60000',
    RATE_LIMIT_PER_SECOND: '50',
    RATE_LIMIT_BURST: '0',
    TRUST_PROXY: '2',
  };
  assert.equal(read(environment), {
    corsOrigins: ['https://shop.example.com', 'http://localhost:8080'],
    hstsMaxAgeSeconds: 31_536_000,
    server: { headersTimeoutMs: 500, requestTimeoutMs: 2000, maxConnections: 100 },
    maxWaits: 10,
    bulk: { maxRows: 500, maxBytes: 60_000 },
    rateLimit: { perSecond: 50, burst: 0 },
    trustedProxies: 2,
  });
  assert.equal(read({ RATE_LIMIT_PER_SECOND: '50' }).rateLimit, { perSecond: 50, burst: undefined });
  assert.equal(read({ CORS_ORIGINS: '*' }).corsOrigins, ['*']);
});

test('rejects a CORS origin in a form that browsers do not send', () => {
  for (const invalid of [
    'shop.example.com',
    'https://shop.example.com/',
    'https://shop.example.com/path',
    'HTTPS://shop.example.com',
    'https://shop.example.com,',
    'null',
    'https://*.example.com',
    '*,https://shop.example.com',
  ]) {
    assert.match(readError({ CORS_ORIGINS: invalid }), `CORS_ORIGINS=${invalid}: `, invalid);
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
  test(`rejects ${name} unless it is a non-negative whole number`, () => {
    for (const invalid of ['-1', '1.5', 'many', ' ', '1e3', '0x10', 'true']) {
      assert.match(
        readError({ RATE_LIMIT_PER_SECOND: '1', [name]: invalid }),
        `${name}=${invalid}: `,
        invalid,
      );
    }
  });
}

test('rejects invalid timeouts and a headers timeout that exceeds the request timeout', () => {
  for (const invalid of ['0', '-1', '10s', ' ']) {
    assert.match(
      readError({ HEADERS_TIMEOUT_SECONDS: invalid }),
      `HEADERS_TIMEOUT_SECONDS=${invalid}: `,
      invalid,
    );
  }
  assert.match(
    readError({ HEADERS_TIMEOUT_SECONDS: '5', REQUEST_TIMEOUT_SECONDS: '2' }),
    'HEADERS_TIMEOUT_SECONDS=5: must not exceed REQUEST_TIMEOUT_SECONDS',
  );
});

test('rejects RATE_LIMIT_BURST without RATE_LIMIT_PER_SECOND', () => {
  assert.match(readError({ RATE_LIMIT_BURST: '5' }), 'RATE_LIMIT_BURST=5: ');
});

test('rejects MAX_WAITS=0', () => {
  assert.match(readError({ MAX_WAITS: '0' }), 'MAX_WAITS=0: ');
});

test.run();
