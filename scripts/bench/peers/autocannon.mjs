/** Closed-loop HTTP load where there is no wrk: each connection sends its next request when it has its answer. */

import autocannon from 'autocannon';

const { url, requests, connections, seconds } = JSON.parse(process.argv[2]);
const result = await autocannon({ url, requests, connections, duration: seconds });
process.send({
  perSecond: result.requests.total / result.duration,
  p50: result.latency.p50,
  p99: result.latency.p99,
  failed: result.non2xx + result.errors + result.timeouts,
});
process.disconnect();
