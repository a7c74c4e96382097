import { once } from 'node:events';
import { withScope, type ResourceScope } from '../child-processes.ts';
import { addLaptops } from '../subjects/laptops.ts';
import { followLog } from '../subjects/log.ts';
import { runLoad } from '../load.ts';
import { peerFile } from '../subjects/peers.ts';
import type { Checkout } from '../subjects/checkout.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Bench, type Case, type Sample } from '../rounds.ts';

const full = [100_000, 1_000_000];
/** APIs of the consumer: `consume` with a callback, or as an async iterator. */
const forms = ['callback', 'iterator'];
const idle = (form: string) => `ordered consumer, ${form}, doing nothing`;
const byHand = 'by hand, validated and folded';
const portside = 'Portside, validated and folded';

export const replayEvents: Scenario = {
  title: 'Replay events',
  about:
    'A replica without a snapshot reads 100 k and 1 M events as the service writes them (one laptop each), validates them and folds them into its view. For comparison, the same projection written by hand on the NATS client (ordered consumer, JSON.parse, the same schemas, a Map), and the ordered consumer alone, which drains the stream without processing the messages.',
  notes: [
    'The time of the replica is taken from its log: from the first request to the broker until all events are applied.',
  ],
  comparisons: [
    { measure: 'perSecond', of: portside, by: byHand, atLeast: 1.3 },
    ...forms.map((form) => ({ measure: 'perSecond', of: portside, by: idle(form) })),
  ],
  parts: [{ profile: 'cpu', run }],
};

async function run(bench: Bench) {
  const { scope, size, checkouts } = bench;
  const cases: Case[] = [];
  for (const at of full.map(size)) {
    const broker = await startBroker(scope, '2m');
    await addLaptops(broker.connection.nc, at);
    for (const checkout of checkouts)
      cases.push({
        subject: `${portside}${checkout.suffix}`,
        at,
        run: () => replay(scope, checkout, broker.url, at),
      });
    const job = { url: broker.url, stream: 'LAPTOPS', messages: at };
    const peer = (subject: string, program: string, more = {}) =>
      cases.push({ subject, at, run: () => runLoad<Sample>(scope, peerFile(program), { ...job, ...more }) });
    peer(byHand, 'js-project.mjs');
    for (const form of forms) peer(idle(form), 'js-consume.mjs', { form });
  }
  const results = await runRounds(bench, cases);
  return [toMeasure(results, 'perSecond', { unit: 'events/s', better: 'more', axis: 'events' })];
}

function replay(scope: ResourceScope, checkout: Checkout, natsUrl: string, count: number): Promise<Sample> {
  return withScope(scope, async (inner) => {
    const { lines, ...log } = followLog('LAPTOPS');
    const caughtUp = once(lines, 'caught up');
    const env = { ...log.env, SNAPSHOT_EVERY: '1000000000' };
    await startService(inner, checkout, { natsUrl, ...log, env });
    const [{ from, position, milliseconds }] = await caughtUp;
    if (from !== 0 || position !== count) throw new Error(`replayed from ${from} to ${position}`);
    return { perSecond: count / (milliseconds / 1000) };
  });
}
