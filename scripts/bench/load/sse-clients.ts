/** Opens many event stream clients and measures the latency of published events in each of them. */

import { get } from 'node:http';
import { connect } from 'nats';
import { laptopAdded } from '../../../test/support/broker/publish.ts';
import { sendResult, pace, readJob, summarize } from './load-program.ts';

const { natsUrl, url, clients, firstId, rate, seconds } = readJob<{
  natsUrl: string;
  url: string;
  clients: number;
  firstId: number;
  rate: number;
  seconds: number;
}>();
const nc = await connect({ servers: natsUrl });
const latencies: number[] = [];
const dueTimes: number[] = [];
const total = Math.round(rate * seconds);
let allSeen: () => void = () => undefined;
const done = new Promise<void>((resolve) => (allSeen = resolve));

/** Events arrive in order, so the n-th event of a client is the n-th event published. */
function openClient(): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = 0;
    let rest = '';
    get(url, { agent: false }, (response) => {
      response.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (!line.startsWith('data: ')) continue;
          latencies.push(performance.now() - (dueTimes[received] ?? NaN));
          received += 1;
        }
        if (latencies.length === total * clients) allSeen();
      });
      resolve();
    }).once('error', reject);
  });
}

const batch = 100;
for (let opened = 0; opened < clients; opened += batch) {
  await Promise.all(Array.from({ length: Math.min(batch, clients - opened) }, openClient));
}
const started = performance.now();
await pace(rate, seconds, (due, number) => {
  dueTimes.push(due);
  const { subject, payload } = laptopAdded(firstId + number);
  nc.publish(subject, payload);
});
await done;
sendResult({
  perSecond: (total * clients) / ((performance.now() - started) / 1000),
  ...summarize(latencies),
});
