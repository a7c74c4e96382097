/** Measures bare acknowledged publishes with a fixed concurrency: the upper limit of the broker. */

import { jetstream } from '@nats-io/jetstream';
import { connect, headers } from 'nats';
import { randomUUID } from 'node:crypto';

const { url, concurrency, seconds } = JSON.parse(process.argv[2]);
const nc = await connect({ servers: url });
const js = jetstream(nc);
const payload = JSON.stringify({ type: 'LaptopAdded', title: 'Lenovo', model: 'ThinkPad X1 Carbon Gen 12' });
const first = Date.now() * 1000;
const started = performance.now();
const end = started + seconds * 1000;
const latencies = [];
let id = first;

async function publishSequentially() {
  while (performance.now() < end) {
    const sent = performance.now();
    await js.publish(`laptops.events.${(id += 1)}`, payload, {
      msgID: randomUUID(),
      expect: { lastSubjectSequence: 0 },
      headers: headers(),
    });
    latencies.push(performance.now() - sent);
  }
}
await Promise.all(Array.from({ length: concurrency }, publishSequentially));
const elapsed = (performance.now() - started) / 1000;
latencies.sort((a, b) => a - b);
process.send({
  perSecond: latencies.length / elapsed,
  p50: latencies[Math.floor(latencies.length * 0.5)],
  p99: latencies[Math.floor(latencies.length * 0.99)],
});
await nc.close();
process.disconnect();
