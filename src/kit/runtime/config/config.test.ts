/** A wrong environment must be told in the words of the person who set it: the variable, and what it was set to. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, readConfig, readProvisionConfig } from './config.ts';

const defaults = { httpPort: 5000, probePort: 9000 };
const read = (environment: NodeJS.ProcessEnv) => readConfig(environment, defaults);

/** The lines of the error, one a wrong variable. */
function readFaults(environment: NodeJS.ProcessEnv, reader: (given: NodeJS.ProcessEnv) => unknown = read) {
  try {
    reader(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const test = suite('a process is told by its environment');

test('an empty environment gives the defaults', () => {
  assert.equal(read({}), {
    nats: { url: 'nats://localhost:4222', credentials: undefined, tls: undefined, inboxPrefix: undefined },
    httpHost: undefined,
    httpPort: 5000,
    probePort: 9000,
    logLevel: 'info',
    shutdownTimeoutMs: 9000,
    snapshotEvery: 10_000,
    maxFeedClients: 5000,
    pastMaxHeapMiB: 2048,
    readiness: { graceMs: 300_000, settleMs: 5000 },
    limits: {
      corsOrigins: [],
      hstsMaxAgeSeconds: 0,
      server: { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, maxConnections: 0 },
      maxWaits: 1000,
      rateLimit: { perSecond: 0, burst: undefined },
      trustedProxies: 0,
    },
    auth: undefined,
    isTraced: false,
    traceUrl: undefined,
  });
});

test('every variable is taken, and variables that are not ours are left alone', () => {
  const config = read({
    NATS_URL: 'nats://one:4222,nats://two:4222',
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '8080',
    PROBE_PORT: '8081',
    LOG_LEVEL: 'debug',
    SHUTDOWN_TIMEOUT_SECONDS: '2.5',
    SNAPSHOT_EVERY: '500',
    PAST_MAX_HEAP_MIB: '256',
    READY_GRACE_SECONDS: '60',
    READY_SETTLE_SECONDS: '0.5',
    TRACE_URL: 'https://traces.example/{traceId}',
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
    pastMaxHeapMiB: 256,
    readiness: { graceMs: 60_000, settleMs: 500 },
    limits: {
      corsOrigins: [],
      hstsMaxAgeSeconds: 0,
      server: { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, maxConnections: 0 },
      maxWaits: 1000,
      rateLimit: { perSecond: 0, burst: undefined },
      trustedProxies: 0,
    },
    auth: undefined,
    isTraced: false,
    traceUrl: 'https://traces.example/{traceId}',
  });
});

test('an empty variable counts as unset', () => {
  const names =
    'NATS_URL NATS_CREDS HTTP_HOST HTTP_PORT PROBE_PORT LOG_LEVEL SHUTDOWN_TIMEOUT_SECONDS SNAPSHOT_EVERY';
  assert.equal(read(Object.fromEntries(names.split(' ').map((name) => [name, '']))), read({}));
});

test('every wrong variable is named with its value', () => {
  assert.equal(
    readFaults({
      HTTP_PORT: 'abc',
      PROBE_PORT: '70000',
      LOG_LEVEL: 'loud',
      SHUTDOWN_TIMEOUT_SECONDS: '0',
    }).map((line) => line.split(': ')[0]),
    ['HTTP_PORT=abc', 'PROBE_PORT=70000', 'LOG_LEVEL=loud', 'SHUTDOWN_TIMEOUT_SECONDS=0'],
  );
});

test('the error says what would be right', () => {
  assert.match(readFaults({ LOG_LEVEL: 'loud' })[0] ?? '', '"debug"');
  assert.match(readFaults({ HTTP_PORT: '70000' })[0] ?? '', '65535');
});

for (const name of ['HTTP_PORT', 'PROBE_PORT']) {
  test(`${name} is a TCP port, and 0 means any free one`, () => {
    for (const right of ['0', '1', '65535']) assert.equal(readFaults({ [name]: right }), [], right);
    for (const wrong of ['-1', '65536', '1.5', '1e9', '5000x', 'abc', ' ', 'NaN', 'Infinity', '0x1388']) {
      assert.match(readFaults({ [name]: wrong }).join('\n'), `${name}=${wrong}: `, wrong);
    }
  });
}

test('SHUTDOWN_TIMEOUT_SECONDS is between 1 second and 10 minutes', () => {
  const name = 'SHUTDOWN_TIMEOUT_SECONDS';
  for (const right of ['1', '600', '9.5']) assert.equal(readFaults({ [name]: right }), [], right);
  for (const wrong of ['0.9', '601', '-1', '9s', ' ']) {
    assert.match(readFaults({ [name]: wrong }).join('\n'), `${name}=${wrong}: `, wrong);
  }
});

test('SNAPSHOT_EVERY is a positive number of messages', () => {
  assert.equal(readFaults({ SNAPSHOT_EVERY: '1' }), []);
  for (const wrong of ['0', '-1', '1.5', 'often', ' ']) {
    assert.match(readFaults({ SNAPSHOT_EVERY: wrong }).join('\n'), `SNAPSHOT_EVERY=${wrong}: `, wrong);
  }
});

test('TRACE_URL is an address with a place for the id of a trace', () => {
  assert.equal(readFaults({ TRACE_URL: 'http://localhost:16686/trace/{traceId}' }), []);
  for (const wrong of ['http://localhost:16686/trace/', 'javascript:{traceId}', '{traceId}']) {
    assert.match(readFaults({ TRACE_URL: wrong }).join('\n'), `TRACE_URL=${wrong}: `, wrong);
  }
});

test('LOG_LEVEL is one of the levels, in small letters', () => {
  for (const right of ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']) {
    assert.is(read({ LOG_LEVEL: right }).logLevel, right);
  }
  assert.match(readFaults({ LOG_LEVEL: 'INFO' }).join('\n'), 'LOG_LEVEL=INFO: ');
});

test('the provisioner takes the same broker and how many servers keep a stream', () => {
  assert.equal(readProvisionConfig({ NATS_URL: '', STREAM_REPLICAS: '' }), {
    nats: { url: 'nats://localhost:4222', credentials: undefined, tls: undefined, inboxPrefix: undefined },
    streamReplicas: undefined,
  });
  const { nats, streamReplicas } = readProvisionConfig({ NATS_URL: 'nats://one', STREAM_REPLICAS: '3' });
  assert.equal([nats.url, streamReplicas], ['nats://one', 3]);
  for (const wrong of ['0', '6', '1.5', 'three']) {
    assert.match(
      readFaults({ STREAM_REPLICAS: wrong }, readProvisionConfig).join('\n'),
      `STREAM_REPLICAS=${wrong}: `,
    );
  }
});

test.run();
