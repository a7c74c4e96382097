/** Follows the events of all laptops and resumes after a restart or crash. The broker stores the position in a durable consumer. */

import { parseArgs } from 'node:util';
import { subscribeToLaptops } from '../../src/laptops/subscribe.ts';

const help = `npm run example:typescript [-- --help]

Prints the position, subject and payload of every stored laptop event, and then of new ones, until Ctrl-C. The next run
resumes after the last printed event. After a crash, that event may be printed again.

NATS_URL    URL of the broker; default nats://localhost:4222
CONSUMER    name of the durable consumer that stores the position; default example-typescript
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
    process.stderr.write(`${position} ${subject} was rejected: ${reason}\n`);
  },
}).catch((error: unknown) => {
  process.stderr.write(`cannot follow the laptops at ${natsUrl}: ${String(error)}\n`);
  process.exit(1);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void subscription.stop());
await subscription.ended;
