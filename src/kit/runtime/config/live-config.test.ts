import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createLiveConfig, type LiveSettings } from './live-config.ts';

const initial: LiveSettings = { logLevel: 'warn', rateLimit: { perSecond: 0, burst: undefined } };

/** Starts the live configuration of the laptop service and records its callbacks. */
function start() {
  const changes: LiveSettings[] = [];
  const invalid: string[] = [];
  const apply = createLiveConfig({
    name: 'laptops',
    initial,
    onChange: (settings) => changes.push(settings),
    onInvalid: ({ key, value, reason }) => invalid.push(`${key}=${value}: ${reason}`),
  });
  return {
    changes,
    invalid,
    apply: (values: Record<string, string>) => apply(new Map(Object.entries(values))),
  };
}

const test = suite('live configuration of a service');

test('uses the environment if the bucket has no values for the service', () => {
  const { changes, apply } = start();
  apply({});
  apply({ 'ports.log-level': 'debug', 'ports.rate-limit-per-second': '1' });
  assert.equal(changes, []);
});

test('applies keys for all services, with precedence for the keys of the service', () => {
  const { changes, invalid, apply } = start();
  apply({ 'log-level': 'error', 'rate-limit-per-second': '5' });
  apply({ 'log-level': 'error', 'rate-limit-per-second': '5', 'laptops.log-level': 'debug' });
  apply({ 'laptops.log-level': 'debug', 'laptops.rate-limit-burst': '7' });
  apply({});
  assert.equal(changes, [
    { logLevel: 'error', rateLimit: { perSecond: 5, burst: undefined } },
    { logLevel: 'debug', rateLimit: { perSecond: 5, burst: undefined } },
    { logLevel: 'debug', rateLimit: { perSecond: 0, burst: 7 } },
    initial,
  ]);
  assert.equal(invalid, []);
});

test('retains the previous setting when a value is invalid, and reports it once', () => {
  const { changes, invalid, apply } = start();
  apply({ 'log-level': 'debug', 'rate-limit-per-second': '5' });
  const invalidValues = { 'log-level': 'loud', 'rate-limit-per-second': '-1', 'rate-limit-burst': '' };
  apply(invalidValues);
  apply({ ...invalidValues, 'ports.log-level': 'info' });
  assert.is(changes.length, 1);
  assert.is(invalid.length, 3);
  assert.match(invalid[0] ?? '', /^log-level=loud: expected one of .* debug,/);
  assert.match(invalid[1] ?? '', 'rate-limit-per-second=-1: expected a whole number');
  assert.match(invalid[2] ?? '', 'rate-limit-burst=: expected a whole number');
  apply({ 'log-level': 'trace' });
  assert.equal(changes.at(-1), { ...initial, logLevel: 'trace' });
});

test('reports unknown keys, except those of other services', () => {
  const { changes, invalid, apply } = start();
  apply({ log_level: 'debug', 'laptops.toString': 'x', 'ports.typo': '1' });
  assert.equal(changes, []);
  assert.equal(invalid, ['log_level=debug: unknown setting', 'laptops.toString=x: unknown setting']);
});

test.run();
