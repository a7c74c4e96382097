/** The counters of the rate limiter are kept when other settings change. */

import { Kvm } from '@nats-io/kv';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultProduct } from '../../src/kit/domain/product.ts';
import type { RateLimit } from '../../src/kit/http/server/rate-limit.ts';
import { readConfig } from '../../src/kit/runtime/config/config.ts';
import { followLiveConfig } from '../../src/kit/runtime/config/live-config.ts';
import { createLogger } from '../../src/kit/runtime/observability/logger.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const bucket = await new Kvm(connection.nc).open(defaultProduct.configBucket);

const test = suite('the rate limiter');

test('is changed with its own settings, and not when the log level changes', async () => {
  const logger = createLogger('laptops', 'error');
  const changes: RateLimit[] = [];
  const config = readConfig(
    { LOG_LEVEL: 'error', RATE_LIMIT_PER_SECOND: '5' },
    { httpPort: 5000, probePort: 9000 },
  );
  const identity = { name: 'laptops', version: '1.0.0', product: defaultProduct };
  const rateLimiter = { count: undefined, change: (limit: RateLimit) => void changes.push(limit) };
  const followed = followLiveConfig(identity, config, { connection, jsm, logger, rateLimiter });
  await bucket.put('laptops.log-level', 'silent');
  await eventually(() => assert.is(logger.level, 'silent'));
  assert.equal(changes, []);
  await bucket.put('laptops.rate-limit-per-second', '7');
  await eventually(() => assert.equal(changes, [{ perSecond: 7, burst: undefined }]));
  await bucket.put('laptops.log-level', 'fatal');
  await eventually(() => assert.is(logger.level, 'fatal'));
  assert.is(changes.length, 1);
  await followed.stop();
});
test.after(async () => {
  await connection.nc.close();
  await broker.close();
});
test.run();
