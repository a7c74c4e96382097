import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createCounters } from './counters.ts';

const test = suite('the counters of an endpoint');

test('are zero before the first request', () =>
  assert.equal(createCounters().read(), {
    num_requests: 0,
    num_errors: 0,
    last_error: '',
    processing_time: 0,
    average_processing_time: 0,
  }));
test('count requests and errors, and keep the last error after a success', () => {
  const counters = createCounters();
  counters.add(0.5, '404: There is no laptop 1');
  counters.add(0.25, '409: There is a laptop 1');
  counters.add(0.250001, undefined);
  assert.equal(counters.read(), {
    num_requests: 3,
    num_errors: 2,
    last_error: '409: There is a laptop 1',
    processing_time: 1_000_001,
    // Truncated to whole nanoseconds.
    average_processing_time: 333_333,
  });
});
test.run();
