/** Commands and queries sent with the real CLI: `nats req laptops.commands.add …`. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openNatsCli, type CommandResult } from '../support/broker/nats-cli.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops');
const nats = await openNatsCli(system.broker.url);

/** Parses the reply body; `nats req` prints it on standard output. */
function bodyOf({ stdout, stderr }: CommandResult): unknown {
  try {
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(`the reply is not JSON: ${stdout}${stderr}`, { cause: error });
  }
}

const test = suite('nats req');
const it = nats.isInstalled ? test : test.skip;

it('adds, revises, gets and removes a laptop', async () => {
  const laptop = { id: 1, title: 'Lenovo', model: 'S3', ports: [] };
  const added = await nats.run(`nats req laptops.commands.add '{"id":1,"title":"Lenovo","model":"S3"}'`);
  assert.is(added.code, 0);
  assert.equal(bodyOf(added), { position: 1, laptop });
  assert.match(added.stderr, 'Stream-Position: 1');

  const revised = await nats.run(`nats req laptops.commands.revise '{"id":1,"title":"Lenovo","model":"S4"}'`);
  assert.equal(bodyOf(revised), { position: 2, laptop: { ...laptop, model: 'S4' } });
  const got = await nats.run(`nats req laptops.queries.get '{"id":1}' -H Wait-For-Position:latest`);
  assert.equal(bodyOf(got), bodyOf(revised));
  const listed = await nats.run(`nats req laptops.queries.list '' -H Wait-For-Position:latest`);
  assert.equal(bodyOf(listed), { position: 2, laptops: [{ ...laptop, model: 'S4' }] });

  assert.equal(bodyOf(await nats.run(`nats req laptops.commands.remove '{"id":1}'`)), { position: 3 });
  assert.is(await system.countMessages('laptops.events.1'), 3);
});

it('executes a command once and prints the same reply when repeated with the same Nats-Msg-Id', async () => {
  const line = `nats req laptops.commands.add '{"title":"Apple","model":"Air"}' -H Nats-Msg-Id:order-17`;
  const before = await system.countMessages('laptops.events.*');
  const first = await nats.run(line);
  const second = await nats.run(line);
  assert.equal(bodyOf(second), bodyOf(first));
  assert.is(await system.countMessages('laptops.events.*'), before + 1);
  const other = await nats.run(line.replace('Air', 'Pro'));
  assert.match(other.stderr, 'Nats-Service-Error-Code: 422');
});

it('is rejected with Nats-Expected-Last-Subject-Sequence if the laptop has changed', async () => {
  const added = await nats.run(`nats req laptops.commands.add '{"id":3,"title":"Dell","model":"XPS"}' --raw`);
  const position = Number(/"position":(\d+)/.exec(added.stdout)?.[1]);
  const revise = (model: string) =>
    nats.run(
      `nats req laptops.commands.revise '{"id":3,"title":"Dell","model":"${model}"}' ` +
        `-H Nats-Expected-Last-Subject-Sequence:${position}`,
    );
  assert.match((await revise('XPS 13')).stdout, '"model":"XPS 13"');
  const late = await revise('XPS 15');
  assert.match(late.stderr, 'Nats-Service-Error-Code: 412');
  assert.match(late.stdout, '"type":"/problems/precondition-failed"');
  assert.match((await laptops.get('/laptops/3')).text, '"model":"XPS 13"');
});

for (const [cause, line, code, problem, detail] of [
  ['an id that is in use', `add '{"id":3,"title":"a","model":"b"}'`, 409, 'conflict', /already a laptop/],
  [
    'a laptop that does not exist',
    `revise '{"id":77,"title":"a","model":"b"}'`,
    404,
    'not-found',
    /no laptop/,
  ],
  ['a payload that is not JSON', `add '{"title":'`, 400, 'malformed', /JSON/],
  ['a missing field', `add '{"title":"a"}'`, 422, 'invalid', /"pointer":"\/model"/],
  ['an unknown field', `add '{"title":"a","model":"b","colour":"red"}'`, 422, 'invalid', /colour/],
] as const) {
  it(`prints an error code, an error text and the problem document for ${cause}`, async () => {
    const { stdout, stderr } = await nats.run(`nats req laptops.commands.${line}`);
    assert.match(stderr, new RegExp(`^.*Nats-Service-Error-Code: ${code}$`, 'm'));
    assert.match(stderr, /^.*Nats-Service-Error: \S.*$/m);
    assert.match(stdout, `"type":"/problems/${problem}"`);
    assert.match(stdout, detail);
  });
}

it('prints "no responders" without waiting for the timeout if the service is stopped', async () => {
  assert.is(await laptops.stop(), 0);
  const { stdout, stderr } = await nats.run(`nats req laptops.commands.add '{"title":"a","model":"b"}'`);
  assert.match(stderr, 'No responders are available');
  assert.is(stdout.trim(), '');
});

test.after(() => system.close());
test.run();
