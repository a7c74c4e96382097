/** Follows the laptops' log and goes on where it stopped, also after a kill: the broker keeps the place. */

import { parseArgs } from 'node:util';
import { subscribeToLaptops } from '../../src/laptops/subscribe.ts';

const help = `npm run example:typescript [-- --help]

Prints every event of the laptops' log, from the first one on, and then what comes: position, laptop, event. Ctrl-C ends
it; the next run goes on after the last event that was printed. After a kill, that event may be printed again.

NATS_URL    the broker; default nats://localhost:4222
CONSUMER    the durable consumer that keeps the place; default example-typescript
`;

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

const natsUrl = process.env['NATS_URL'] || 'nats://localhost:4222';
const subscription = await subscribeToLaptops({
  natsUrl,
  from: 0,
  durable: { name: process.env['CONSUMER'] || 'example-typescript' },
  onEvent({ position, id, event }) {
    process.stdout.write(`${position} laptops.events.${id} ${JSON.stringify(event)}\n`);
  },
  onRejected({ position, subject, reason }) {
    process.stderr.write(`${position} ${subject} is no event: ${reason}\n`);
  },
}).catch((error: unknown) => {
  process.stderr.write(`cannot follow the laptops at ${natsUrl}: ${String(error)}\n`);
  process.exit(1);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void subscription.stop());
await subscription.ended;
