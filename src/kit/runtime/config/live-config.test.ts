/** Which value of the bucket holds for a service, and what is refused. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createLiveConfig, type LiveSettings } from './live-config.ts';

const initial: LiveSettings = { logLevel: 'warn', rateLimit: { perSecond: 0, burst: undefined } };

/** The live configuration of the laptop service, with all that it did. */
function start() {
  const changes: LiveSettings[] = [];
  const refused: string[] = [];
  const take = createLiveConfig({
    name: 'laptops',
    initial,
    onChange: (settings) => changes.push(settings),
    onRefused: ({ key, value, reason }) => refused.push(`${key}=${value}: ${reason}`),
  });
  return {
    changes,
    refused,
    take: (values: Record<string, string>) => take(new Map(Object.entries(values))),
  };
}

const test = suite("a service's live configuration");

test('is what the environment says while the bucket says nothing', () => {
  const { changes, take } = start();
  take({});
  take({ 'ports.log-level': 'debug', 'ports.rate-limit-per-second': '1' });
  assert.equal(changes, []);
});

test("takes a key for all services, and before it the service's own", () => {
  const { changes, refused, take } = start();
  take({ 'log-level': 'error', 'rate-limit-per-second': '5' });
  take({ 'log-level': 'error', 'rate-limit-per-second': '5', 'laptops.log-level': 'debug' });
  take({ 'laptops.log-level': 'debug', 'laptops.rate-limit-burst': '7' });
  take({});
  assert.equal(changes, [
    { logLevel: 'error', rateLimit: { perSecond: 5, burst: undefined } },
    { logLevel: 'debug', rateLimit: { perSecond: 5, burst: undefined } },
    { logLevel: 'debug', rateLimit: { perSecond: 0, burst: 7 } },
    initial,
  ]);
  assert.equal(refused, []);
});

test('keeps what held when a value is wrong, and says so once', () => {
  const { changes, refused, take } = start();
  take({ 'log-level': 'debug', 'rate-limit-per-second': '5' });
  const wrong = { 'log-level': 'loud', 'rate-limit-per-second': '-1', 'rate-limit-burst': '' };
  take(wrong);
  take({ ...wrong, 'ports.log-level': 'info' });
  assert.is(changes.length, 1);
  assert.is(refused.length, 3);
  assert.match(refused[0] ?? '', /^log-level=loud: .*"debug"/);
  assert.match(refused[1] ?? '', 'rate-limit-per-second=-1: expected a whole number');
  assert.match(refused[2] ?? '', 'rate-limit-burst=: expected a whole number');
  take({ 'log-level': 'trace' });
  assert.equal(changes.at(-1), { ...initial, logLevel: 'trace' });
});

test('says that a key means nothing, unless it is of another service', () => {
  const { changes, refused, take } = start();
  take({ log_level: 'debug', 'laptops.toString': 'x', 'ports.typo': '1' });
  assert.equal(changes, []);
  assert.equal(refused, [
    'log_level=debug: there is no such setting',
    'laptops.toString=x: there is no such setting',
  ]);
});

test.run();
