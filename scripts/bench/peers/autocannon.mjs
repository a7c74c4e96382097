/** Closed-loop HTTP load if wrk is not installed: each connection sends its next request after the response. */

import autocannon from 'autocannon';

const { url, requests, connections, seconds } = JSON.parse(process.argv[2]);
const result = await autocannon({ url, requests, connections, duration: seconds });
process.send({
  perSecond: result.requests.total / result.duration,
  p50: result.latency.p50,
  p99: result.latency.p99,
  failed: result['4xx'] + result['5xx'] + result.errors + result.timeouts,
});
process.disconnect();
