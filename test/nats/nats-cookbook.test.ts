/**
 * Runs every command of docs/nats-cookbook.md and compares the output with the document. With
 * PORTSIDE_WRITE_COOKBOOK=1, writes the output into the document instead.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NATS_CLI } from '../../scripts/setup/programs/programs.mjs';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { startTestBroker } from '../support/broker/broker.ts';
import { runCookbook, normaliseOutput, parseCookbook } from '../support/cookbook.ts';
import { eventually } from '../support/eventually.ts';
import { openNatsCli } from '../support/broker/nats-cli.ts';
import { startServiceProcess, type ServiceProcess } from '../support/process/service-process.ts';

const file = new URL('../../docs/nats-cookbook.md', import.meta.url);
const document = readFileSync(file, 'utf8');

/** Marks the place in the document where the services start. Before it, the server is empty. */
const servicesStart = '<!-- npm start -->';

const broker = await startTestBroker({ monitorPort: 0 });
const connection = await connectToNats({ url: broker.url, name: 'test' });
const nats = await openNatsCli(broker.url);
const services: ServiceProcess[] = [];
const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;
// Other CLI versions format their tables differently.
const isPinned = nats.version.startsWith(NATS_CLI.pinnedVersion.replace(/\.\d+$/, '.'));
if (nats.isInstalled && !(hasTerminal && isPinned)) {
  process.stdout.write(`skipped: the cookbook needs nats ${NATS_CLI.pinnedVersion} and util-linux script\n`);
}

async function awaitSubscriber(subject: string): Promise<void> {
  await eventually(async () => {
    const subscriptions: unknown = await (await fetch(`${broker.monitorUrl}/subsz?subs=1`)).json();
    assert.match(JSON.stringify(subscriptions), `"subject":"${subject}"`);
  });
}

const test = suite('docs/nats-cookbook.md');

test('contains an example of every supported command', () => {
  const commands = parseCookbook(document).flatMap(({ steps }) => steps.map(({ command }) => command));
  for (const prefix of [
    'nats req laptops.commands.add',
    'nats req --raw laptops.queries.list',
    'nats pub laptops.events.',
    "nats sub 'laptops.events.>'",
    "nats sub --raw 'laptops.rejections.>'",
    'nats stream view LAPTOPS',
    'nats stream add --config streams/laptops.json',
    'nats micro ls',
    'nats micro info laptops',
    'nats micro stats laptops',
  ]) {
    assert.ok(
      commands.some((command) => command.startsWith(prefix)),
      prefix,
    );
  }
});

test('is compared by ids and positions, but not by times', () => {
  const output = (position: number, id: string) =>
    `10:11:12 Received with rtt 3.1ms\n10:11:12 Nats-Msg-Id: ${id}\n{"position":${position}}`;
  assert.is(
    normaliseOutput(output(1, 'a')),
    normaliseOutput(output(1, 'a').replaceAll('10:11:12', '23:59:59')),
  );
  assert.is.not(normaliseOutput(output(1, 'a')), normaliseOutput(output(2, 'a')));
  assert.is.not(normaliseOutput(output(1, 'a')), normaliseOutput(output(1, 'b')));
});

(nats.isInstalled && hasTerminal && isPinned ? test : test.skip)(
  'shows the output that each command prints',
  async () => {
    const [onEmptyServer = '', withServices = ''] = document.split(servicesStart);
    const before = await runCookbook(onEmptyServer, nats, awaitSubscriber);
    await provisionStreams(connection.nc, fileURLToPath(new URL('../../streams', import.meta.url)));
    for (const name of ['laptops', 'ports']) {
      services.push(await startServiceProcess(name, { natsUrl: broker.url }));
    }
    const after = await runCookbook(withServices, nats, awaitSubscriber);
    const printed = [before, after].join(servicesStart);
    if (process.env['PORTSIDE_WRITE_COOKBOOK'] === '1') writeFileSync(file, printed);
    else assert.is(normaliseOutput(printed), normaliseOutput(document));
  },
);

test.after(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await connection.nc.close();
  await broker.close();
});
test.run();
