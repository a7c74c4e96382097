/**
 * Demonstrates the typed clients of both services. Run it with `npm run example:client` while `npm start` is running.
 * LAPTOPS_URL and PORTS_URL override the default URLs of the services.
 */

import { parseArgs } from 'node:util';
import { createClient, ProblemError } from '@portside/kit/client';
import { laptopService } from '../src/laptops/laptop.ts';
import { portService } from '../src/ports/port.ts';

const help = `npm run example:client

Adds, reads, changes and removes a laptop and a port through the typed clients, and follows the events of the laptop.

Environment variables:
  LAPTOPS_URL   the laptop service; default http://localhost:5000
  PORTS_URL     the port service; default http://localhost:5001
`;

if (parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values.help) {
  process.stdout.write(help);
  process.exit(0);
}

const laptops = createClient(process.env['LAPTOPS_URL'] || 'http://localhost:5000', laptopService);
const ports = createClient(process.env['PORTS_URL'] || 'http://localhost:5001', portService);

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const port = await ports.add({ name: 'USB-C' });
print(`Added port ${port.document.id}, "${port.document.name}".`);

const added = await laptops.add({ title: 'Lenovo', model: 'S3' });
const { id } = added.document;
print(`Added laptop ${id}: version ${added.version}.`);

// Waits until the replica has applied the write.
const read = await laptops.get(id, { waitFor: added.position });
print(`Read it back: ${read.document.title} ${read.document.model}.`);

// Starts at the position before the laptop was added, so that all its events are included.
const stopFollowing = new AbortController();
const following = (async () => {
  const follow = { after: added.position - 1, id, signal: stopFollowing.signal };
  for await (const { position, event } of laptops.follow(follow)) {
    print(`  event ${position}: ${JSON.stringify(event)}`);
    if (event.type === 'LaptopRemoved') return;
  }
})();

const revised = await laptops.revise(id, { title: 'Lenovo', model: 'S4' }, { ifMatch: read.version });
print(`Changed it at version ${read.version}; now it is at ${revised.version}.`);

try {
  // Simulates a client that read the laptop before the change above.
  await laptops.revise(id, { title: 'Lenovo', model: 'S5' }, { ifMatch: read.version });
} catch (error) {
  if (!(error instanceof ProblemError && error.code === 'precondition-failed')) throw error;
  print(`Rejected (${error.status} ${error.code}): ${error.message}`);
  const current = await laptops.get(id, { waitFor: 'latest' });
  const again = await laptops.revise(id, { title: 'Lenovo', model: 'S5' }, { ifMatch: current.version });
  print(`Read it again, at version ${current.version}, and changed it: now it is at ${again.version}.`);
}

const before = await laptops.asOf(added.position).get(id);
print(`At position ${added.position} it was a ${before.document.model}.`);

await laptops.remove(id);
await ports.remove(port.document.id);
print('Removed the laptop and the port.');

// The last event arrives shortly after the response. The timeout limits the wait.
const timer = setTimeout(() => stopFollowing.abort(), 5_000);
await following;
clearTimeout(timer);

for await (const { position, event } of laptops.history(id)) print(`  ${position}: ${event?.type}`);
