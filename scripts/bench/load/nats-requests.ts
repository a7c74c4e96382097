/** Sends commands over NATS request/reply with a fixed concurrency (a closed loop). */

import { connect } from 'nats';
import { sendResult, readJob, summarize } from './load-program.ts';

const { url, subject, body, concurrency, seconds } = readJob<{
  url: string;
  subject: string;
  body: object;
  concurrency: number;
  seconds: number;
}>();
const nc = await connect({ servers: url });
const payload = JSON.stringify(body);
const latencies: number[] = [];
const started = performance.now();
await Promise.all(
  Array.from({ length: concurrency }, async () => {
    while (performance.now() - started < seconds * 1000) {
      const sent = performance.now();
      const reply = await nc.request(subject, payload, { timeout: 10_000 });
      if (reply.headers?.has('Nats-Service-Error')) throw new Error(reply.headers.get('Nats-Service-Error'));
      latencies.push(performance.now() - sent);
    }
  }),
);
const perSecond = latencies.length / ((performance.now() - started) / 1000);
await nc.close();
sendResult({ perSecond, ...summarize(latencies) });
