/**
 * docs/nats-cookbook.md tells the truth: each of its commands is run, and prints what stands there. With
 * PORTSIDE_WRITE_COOKBOOK=1 what is printed is written into it instead.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NATS_CLI } from '../../scripts/setup/programs/programs.mjs';
import { startTestBroker } from '../support/broker/broker.ts';
import { cook, normalise, readCookbook } from '../support/cookbook.ts';
import { eventually } from '../support/eventually.ts';
import { openNatsCli } from '../support/broker/nats-cli.ts';
import { startServiceProcess, type ServiceProcess } from '../support/process/service-process.ts';

const file = new URL('../../docs/nats-cookbook.md', import.meta.url);
const document = readFileSync(file, 'utf8');

/** Up to here the server is empty; from here on both services run. */
const servicesStart = '<!-- npm start -->';

const broker = await startTestBroker({ monitorPort: 0 });
const nats = await openNatsCli(broker.url);
const services: ServiceProcess[] = [];
const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;
// Another version may print its tables in another way, and be right.
const isPinned = nats.version.startsWith(NATS_CLI.pinnedVersion.replace(/\.\d+$/, '.'));
if (nats.isHere && !(hasTerminal && isPinned)) {
  process.stdout.write(
    `skipped: the cookbook; it wants nats ${NATS_CLI.pinnedVersion} and util-linux script\n`,
  );
}

async function awaitSubscriber(): Promise<void> {
  await eventually(async () => {
    const subscriptions: unknown = await (await fetch(`${broker.monitorUrl}/subsz?subs=1`)).json();
    assert.match(JSON.stringify(subscriptions), '"subject":"laptops.events.>"');
  });
}

const test = suite('the cookbook of the nats command line');

test('it has every command that is promised', () => {
  const commands = readCookbook(document).flatMap(({ steps }) => steps.map(({ command }) => command));
  for (const promised of [
    'nats req laptops.commands.add',
    'nats req --raw laptops.queries.list',
    'nats pub laptops.events.',
    "nats sub 'laptops.events.>'",
    'nats stream view LAPTOPS',
    'nats stream add --config streams/laptops.json',
    'nats micro ls',
    'nats micro info laptops',
    'nats micro stats laptops',
  ]) {
    assert.ok(
      commands.some((command) => command.startsWith(promised)),
      promised,
    );
  }
});

test('two outputs that differ in more than times and ids are told apart', () => {
  const output = (position: number, id: string) =>
    `10:11:12 Received with rtt 3.1ms\n10:11:12 Nats-Msg-Id: ${id}\n{"position":${position}}`;
  assert.is(normalise(output(1, 'a')), normalise(output(1, 'a').replaceAll('10:11:12', '23:59:59')));
  assert.is.not(normalise(output(1, 'a')), normalise(output(2, 'a')));
  assert.is.not(normalise(output(1, 'a')), normalise(output(1, 'b')));
});

(nats.isHere && hasTerminal && isPinned ? test : test.skip)(
  'every output in it is what is printed',
  async () => {
    const [onEmptyServer = '', withServices = ''] = document.split(servicesStart);
    const before = await cook(onEmptyServer, nats, awaitSubscriber);
    const services = await Promise.all(
      ['laptops', 'ports'].map((name) => startServiceProcess(name, { natsUrl: broker.url })),
    );
    const after = await cook(withServices, nats, awaitSubscriber);
    await Promise.all(services.map((service) => service.stop()));
    const printed = [before, after].join(servicesStart);
    if (process.env['PORTSIDE_WRITE_COOKBOOK'] === '1') writeFileSync(file, printed);
    else assert.is(normalise(printed), normalise(document));
  },
);

test.after(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await broker.close();
});
test.run();
