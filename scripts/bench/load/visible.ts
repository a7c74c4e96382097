/** Publishes events at a fixed rate and measures when each is visible in a replica. One process does both, so all times are from one clock. */

import { get } from 'node:http';
import { jetstream } from '@nats-io/jetstream';
import { connect } from 'nats';
import { laptopAdded } from '../../../test/support/broker/publish.ts';
import { sendResult, pace, readJob, summarize } from './load-program.ts';

const { natsUrl, replicaUrl, stream, firstId, rate, seconds } = readJob<{
  natsUrl: string;
  /** URL of the replica whose event stream is read. If undefined, an ordered consumer in this process is used. */
  replicaUrl?: string;
  stream: string;
  firstId: number;
  rate: number;
  seconds: number;
}>();
const nc = await connect({ servers: natsUrl });
const js = jetstream(nc);
const dueTimes = new Map<number, number>();
const latencies: number[] = [];
const total = Math.round(rate * seconds);
let seen: () => void = () => undefined;
const allSeen = new Promise<void>((resolve) => (seen = resolve));

function record(id: number) {
  const due = dueTimes.get(id);
  if (due === undefined) return;
  latencies.push(performance.now() - due);
  if (latencies.length === total) seen();
}

if (replicaUrl === undefined) {
  const consumer = await js.consumers.get(stream, { deliver_policy: 'new' });
  void consumer.consume({
    callback: ({ subject }) => record(Number(subject.slice(subject.lastIndexOf('.') + 1))),
  });
  await nc.flush();
} else {
  await new Promise<void>((resolve, reject) => {
    get(`${replicaUrl}/laptops/events`, (response) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const id = /^data: \{.*?"id":(\d+)/.exec(line)?.[1];
          if (id !== undefined) record(Number(id));
        }
      });
      resolve();
    }).once('error', reject);
  });
}

await pace(rate, seconds, (due, number) => {
  const id = firstId + number;
  dueTimes.set(id, due);
  const { subject, payload } = laptopAdded(id);
  js.publish(subject, payload, { timeout: 20_000 }).catch((error: unknown) => {
    throw error;
  });
});
await allSeen;
sendResult(summarize(latencies));
