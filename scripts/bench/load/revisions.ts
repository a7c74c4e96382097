/** Publishes revisions at a fixed rate, spread over all laptops. */

import { jetstream } from '@nats-io/jetstream';
import { connect } from 'nats';
import { readJob, pace, sendResult } from './load-program.ts';

const { natsUrl, laptops, rate, seconds } = readJob<{
  natsUrl: string;
  /** The ids are 1 to this number. */
  laptops: number;
  rate: number;
  seconds: number;
}>();
/** Far from one another: consecutive events are for laptops on different pages of the list. */
const stride = 7_919;
const nc = await connect({ servers: natsUrl });
const js = jetstream(nc);
const pending: Promise<unknown>[] = [];
await pace(rate, seconds, (_due, number) => {
  const id = ((number * stride) % laptops) + 1;
  const payload = JSON.stringify({ type: 'LaptopRevised', model: `revision ${number}, ${Date.now()}` });
  pending.push(js.publish(`laptops.events.${id}`, payload, { timeout: 20_000 }));
});
await Promise.all(pending);
sendResult({});
