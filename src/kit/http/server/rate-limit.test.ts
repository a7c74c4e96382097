import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clientOf } from './rate-limit.ts';

const test = suite('clientOf');

test('returns an IPv4 address unchanged, and extracts it from an IPv4-mapped IPv6 address', () => {
  assert.is(clientOf('192.0.2.1'), '192.0.2.1');
  assert.is(clientOf('::ffff:192.0.2.1'), '192.0.2.1');
  assert.is(clientOf('::FFFF:192.0.2.1'), '192.0.2.1');
});

test('returns the /64 network of an IPv6 address in any notation', () => {
  for (const address of [
    '2001:db8:0:1::1',
    '2001:0DB8:0000:0001:ffff::2',
    '2001:db8:0:1:1:2:3:4',
    '2001:db8::1:0:0:0:7',
  ]) {
    assert.is(clientOf(address), '2001:db8:0:1::/64', address);
  }
  assert.is(clientOf('2001:db8:0:2::1'), '2001:db8:0:2::/64');
  assert.is(clientOf('2001:db8::1'), '2001:db8:0:0::/64');
  assert.is(clientOf('::1'), '0:0:0:0::/64');
  assert.is(clientOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
  assert.is(clientOf('64:ff9b::192.0.2.1'), '64:ff9b:0:0::/64');
});

test('returns any other text unchanged', () => {
  assert.is(clientOf('unknown'), 'unknown');
});

test.run();
