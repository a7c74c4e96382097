import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, readConfig, readProvisionConfig } from './config.ts';

const defaults = { httpPort: 5000, probePort: 9000 };
const read = (environment: NodeJS.ProcessEnv) => readConfig(environment, defaults);

/** Returns the lines of the error, one per invalid variable. */
function errorLines(environment: NodeJS.ProcessEnv, reader: (given: NodeJS.ProcessEnv) => unknown = read) {
  try {
    reader(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

// config-limits.test.ts covers `limits`.
const test = suite('configuration from the environment');

test('has defaults', () => {
  const { limits: _limits, ...config } = read({});
  assert.equal(config, {
    nats: { url: 'nats://localhost:4222', credentials: undefined, tls: undefined, inboxPrefix: undefined },
    httpHost: undefined,
    httpPort: 5000,
    probePort: 9000,
    logLevel: 'info',
    shutdownTimeoutMs: 9000,
    snapshotEvery: 10_000,
    maxFeedClients: 5000,
    pointInTimeMaxHeapMiB: 2048,
    readiness: { graceMs: 300_000, settleMs: 5000 },
    auth: undefined,
    isTraced: false,
    traceUrl: undefined,
    publicUrl: undefined,
  });
});

test('is read from all known variables and ignores unknown ones', () => {
  const { limits: _limits, ...config } = read({
    NATS_URL: 'nats://one:4222,nats://two:4222',
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '8080',
    PROBE_PORT: '8081',
    LOG_LEVEL: 'debug',
    SHUTDOWN_TIMEOUT_SECONDS: '2.5',
    SNAPSHOT_EVERY: '500',
    POINT_IN_TIME_MAX_HEAP_MIB: '256',
    READY_GRACE_SECONDS: '60',
    READY_SETTLE_SECONDS: '0.5',
    TRACE_URL: 'https://traces.example/{traceId}',
    PUBLIC_URL: 'https://example.com/laptops/',
    HOME: '/root',
    http_port: 'abc',
  });
  assert.equal(config, {
    nats: {
      url: 'nats://one:4222,nats://two:4222',
      credentials: undefined,
      tls: undefined,
      inboxPrefix: undefined,
    },
    httpHost: '127.0.0.1',
    httpPort: 8080,
    probePort: 8081,
    logLevel: 'debug',
    shutdownTimeoutMs: 2500,
    snapshotEvery: 500,
    maxFeedClients: 5000,
    pointInTimeMaxHeapMiB: 256,
    readiness: { graceMs: 60_000, settleMs: 500 },
    auth: undefined,
    isTraced: false,
    traceUrl: 'https://traces.example/{traceId}',
    publicUrl: 'https://example.com/laptops/',
  });
});

test('treats an empty variable as unset', () => {
  const names =
    'NATS_URL NATS_CREDS HTTP_HOST HTTP_PORT PROBE_PORT LOG_LEVEL SHUTDOWN_TIMEOUT_SECONDS SNAPSHOT_EVERY';
  assert.equal(read(Object.fromEntries(names.split(' ').map((name) => [name, '']))), read({}));
});

test('reports every invalid variable with its value', () => {
  assert.equal(
    errorLines({
      HTTP_PORT: 'abc',
      PROBE_PORT: '70000',
      LOG_LEVEL: 'loud',
      SHUTDOWN_TIMEOUT_SECONDS: '0',
    }).map((line) => line.split(': ')[0]),
    ['HTTP_PORT=abc', 'PROBE_PORT=70000', 'LOG_LEVEL=loud', 'SHUTDOWN_TIMEOUT_SECONDS=0'],
  );
});

test('reports the expected values', () => {
  assert.match(errorLines({ LOG_LEVEL: 'loud' })[0] ?? '', '"debug"');
  assert.match(errorLines({ HTTP_PORT: '70000' })[0] ?? '', '65535');
});

for (const name of ['HTTP_PORT', 'PROBE_PORT']) {
  test(`accepts a TCP port as ${name}, with 0 for any free one`, () => {
    for (const valid of ['0', '1', '65535']) assert.equal(errorLines({ [name]: valid }), [], valid);
    for (const invalid of ['-1', '65536', '1.5', '1e9', '5000x', 'abc', ' ', 'NaN', 'Infinity', '0x1388']) {
      assert.match(errorLines({ [name]: invalid }).join('\n'), `${name}=${invalid}: `, invalid);
    }
  });
}

test('accepts SHUTDOWN_TIMEOUT_SECONDS from 1 s to 10 min', () => {
  const name = 'SHUTDOWN_TIMEOUT_SECONDS';
  for (const valid of ['1', '600', '9.5']) assert.equal(errorLines({ [name]: valid }), [], valid);
  for (const invalid of ['0.9', '601', '-1', '9s', ' ']) {
    assert.match(errorLines({ [name]: invalid }).join('\n'), `${name}=${invalid}: `, invalid);
  }
});

test('rejects SNAPSHOT_EVERY unless it is a positive whole number', () => {
  assert.equal(errorLines({ SNAPSHOT_EVERY: '1' }), []);
  for (const invalid of ['0', '-1', '1.5', 'often', ' ']) {
    assert.match(errorLines({ SNAPSHOT_EVERY: invalid }).join('\n'), `SNAPSHOT_EVERY=${invalid}: `, invalid);
  }
});

test('rejects numbers in any form but decimal digits', () => {
  for (const name of [
    'SSE_MAX_CLIENTS',
    'SNAPSHOT_EVERY',
    'POINT_IN_TIME_MAX_HEAP_MIB',
    'READY_GRACE_SECONDS',
  ]) {
    assert.equal(errorLines({ [name]: '64' }), [], name);
    for (const invalid of [' ', '0x40', '6e3', '-64']) {
      assert.match(errorLines({ [name]: invalid }).join('\n'), `${name}=${invalid}: `, `${name}=${invalid}`);
    }
  }
});

test('rejects TRACE_URL unless it is an HTTP URL with a {traceId} placeholder', () => {
  assert.equal(errorLines({ TRACE_URL: 'http://localhost:16686/trace/{traceId}' }), []);
  for (const invalid of ['http://localhost:16686/trace/', 'javascript:{traceId}', '{traceId}']) {
    assert.match(errorLines({ TRACE_URL: invalid }).join('\n'), `TRACE_URL=${invalid}: `, invalid);
  }
});

test('rejects PUBLIC_URL unless it is an HTTP URL that ends with /', () => {
  assert.is(read({ PUBLIC_URL: 'https://example.com/laptops/' }).publicUrl, 'https://example.com/laptops/');
  for (const invalid of ['https://example.com/laptops', 'javascript:/', 'example.com/']) {
    assert.match(errorLines({ PUBLIC_URL: invalid }).join('\n'), `PUBLIC_URL=${invalid}: `, invalid);
  }
});

test('accepts LOG_LEVEL in lower case only', () => {
  for (const valid of ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']) {
    assert.is(read({ LOG_LEVEL: valid }).logLevel, valid);
  }
  assert.match(errorLines({ LOG_LEVEL: 'INFO' }).join('\n'), 'LOG_LEVEL=INFO: ');
});

test('of the provisioner has the NATS settings and the stream replicas', () => {
  assert.equal(readProvisionConfig({ NATS_URL: '', STREAM_REPLICAS: '' }), {
    nats: { url: 'nats://localhost:4222', credentials: undefined, tls: undefined, inboxPrefix: undefined },
    streamReplicas: undefined,
  });
  const { nats, streamReplicas } = readProvisionConfig({ NATS_URL: 'nats://one', STREAM_REPLICAS: '3' });
  assert.equal([nats.url, streamReplicas], ['nats://one', 3]);
  for (const invalid of ['0', '6', '1.5', 'three']) {
    assert.match(
      errorLines({ STREAM_REPLICAS: invalid }, readProvisionConfig).join('\n'),
      `STREAM_REPLICAS=${invalid}: `,
    );
  }
});

test.run();
