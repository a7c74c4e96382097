/**
 * A visit to both services through the typed client; run it with `npm run example:client` while `npm start` runs.
 * LAPTOPS_URL and PORTS_URL say where the services are.
 */

import { ProblemError } from '@portside/kit/client';
import { laptopsClient } from '../src/laptops/client.ts';
import { portsClient } from '../src/ports/client.ts';

const laptops = laptopsClient(process.env['LAPTOPS_URL'] || 'http://localhost:5000');
const ports = portsClient(process.env['PORTS_URL'] || 'http://localhost:5001');

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const port = await ports.add({ name: 'USB-C' });
say(`Added port ${port.document.id}, "${port.document.name}".`);

const added = await laptops.add({ title: 'Lenovo', model: 'S3' });
const { id } = added.document;
say(`Added laptop ${id}: version ${added.version}.`);

// Whichever replica answers, it has to show what was just written.
const read = await laptops.get(id, { waitFor: added.position });
say(`Read it back: ${read.document.title} ${read.document.model}.`);

// From the position before the laptop was added, so that nothing of it is missed.
const stopFollowing = new AbortController();
const following = (async () => {
  const follow = { after: added.position - 1, id, signal: stopFollowing.signal };
  for await (const { position, event } of laptops.follow(follow)) {
    say(`  event ${position}: ${JSON.stringify(event)}`);
    if (event.type === 'LaptopRemoved') return;
  }
})();

const revised = await laptops.change(id, { title: 'Lenovo', model: 'S4' }, { ifMatch: read.version });
say(`Changed it at version ${read.version}; now it is at ${revised.version}.`);

try {
  // Somebody who read it before that change tries to change it as well.
  await laptops.change(id, { title: 'Lenovo', model: 'S5' }, { ifMatch: read.version });
} catch (error) {
  if (!(error instanceof ProblemError && error.code === 'precondition-failed')) throw error;
  say(`Refused (${error.status} ${error.code}): ${error.message}`);
  const current = await laptops.get(id, { waitFor: 'latest' });
  const again = await laptops.change(id, { title: 'Lenovo', model: 'S5' }, { ifMatch: current.version });
  say(`Read it again, at version ${current.version}, and changed it: now it is at ${again.version}.`);
}

const before = await laptops.asOf(added.position).get(id);
say(`At position ${added.position} it was a ${before.document.model}.`);

await laptops.remove(id);
await ports.remove(port.document.id);
say('Removed the laptop and the port.');

// The last event comes a moment after the answer; it is not waited for without an end.
const timer = setTimeout(() => stopFollowing.abort(), 5_000);
await following;
clearTimeout(timer);

for await (const { position, event } of laptops.history(id)) say(`  ${position}: ${event?.type}`);
