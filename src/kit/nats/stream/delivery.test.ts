import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAttempt, parseDelivery, parsePending } from './delivery.ts';

/** The last seven tokens: attempt, position, consumer sequence, time in ns, pending messages. */
const replies = {
  'without a domain': '$JS.ACK.LAMPS.consumer.3.120.45.1700000000123456789.6',
  'with a domain and an account': '$JS.ACK.hub.AHASH.LAMPS.consumer.3.120.45.1700000000123456789.6',
  'with an additional token': '$JS.ACK._.AHASH.LAMPS.consumer.3.120.45.1700000000123456789.6.random',
};

const test = suite('the metadata of a delivery');

for (const [form, reply] of Object.entries(replies)) {
  test(`is read from a reply subject ${form}`, () => {
    assert.equal(parseDelivery(reply), {
      position: 120,
      consumerSequence: 45,
      time: 1_700_000_000_123,
      nanoseconds: 456_789,
    });
    assert.is(parseAttempt(reply), 3);
    assert.is(parsePending(reply), 6);
  });
}
test('keeps leading zeros of the nanoseconds as a number', () =>
  assert.is(parseDelivery('$JS.ACK.S.c.1.1.1.1700000000123000007.0').nanoseconds, 7));
test.run();
