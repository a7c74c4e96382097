/** Events published and read with the real CLI: `nats pub`, `nats sub`, `nats stream view`. */

import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { openNatsCli } from '../support/broker/nats-cli.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops');
const nats = await openNatsCli(system.broker.url);
const latest = { headers: { 'Wait-For-Position': 'latest' } };

const publishing = suite('nats pub');
const pub = nats.isInstalled ? publishing : publishing.skip;

pub('creates a laptop in the REST API by publishing LaptopAdded', async () => {
  const { code, stderr } = await nats.run(
    `nats pub laptops.events.42 '{"type":"LaptopAdded","title":"Lenovo","model":"S3"}'`,
  );
  assert.is(code, 0);
  assert.match(stderr, 'Published 52 bytes to "laptops.events.42"');
  await eventually(async () => assert.is((await laptops.get('/laptops/42')).status, 200));
  const { body } = await laptops.get('/laptops/42');
  assert.equal(body, { id: 42, title: 'Lenovo', model: 'S3', ports: [] });
});

pub('stores an event once per message id, and is rejected if the expected sequence is wrong', async () => {
  const event = `'{"type":"LaptopAdded","title":"Dell","model":"XPS"}'`;
  const line = `nats pub --jetstream laptops.events.43 ${event} -H Nats-Msg-Id:order-18`;
  assert.match((await nats.run(line)).stderr, /Stored in Stream: LAPTOPS Sequence: 2$/m);
  assert.match((await nats.run(line)).stderr, 'Stored in Stream: LAPTOPS Sequence: 2 Duplicate: true');
  assert.is(await system.countMessages('laptops.events.43'), 1);
  const { headers } = await laptops.get('/laptops/43', latest);
  assert.is(headers.get('etag'), '"2"');
  const history = await laptops.get('/laptops/43/events', latest);
  assert.match(history.text, '"messageId":"order-18"');

  const rejected = await nats.run(
    `nats pub --jetstream laptops.events.43 '{"type":"LaptopRemoved"}' -H Nats-Expected-Last-Subject-Sequence:1`,
  );
  assert.is(rejected.code, 1);
  assert.match(rejected.stderr, 'wrong last sequence: 2 (10071)');
  assert.is((await laptops.get('/laptops/43', latest)).status, 200);
});

pub(
  'publishes an old event version, which is upcast, and invalid messages, which are listed as rejections with reasons',
  async () => {
    for (const [subject, payload] of [
      ['44', '{"type":"LaptopRevised","title":"nobody"}'],
      ['45', '{"type":"LaptopStolen"}'],
      ['46', 'hello'],
      ['nobody', '{"type":"LaptopRemoved"}'],
      ['47', '{"type":"LaptopAdded","v":1,"title":"Apple","model":"Air","colour":"grey"}'],
    ]) {
      const line = `nats pub --jetstream laptops.events.${subject} '${payload}'`;
      assert.is((await nats.run(line)).code, 0);
    }
    const { text } = await laptops.get('/laptops/rejections', latest);
    for (const reason of [
      'the laptop does not exist',
      'unknown event type',
      'not JSON',
      'does not end in an id',
    ]) {
      assert.match(text, reason);
    }
    assert.is((await laptops.get('/laptops/47', latest)).status, 200);
    assert.is((await laptops.get('/laptops/44', latest)).status, 404);
  },
);
publishing.run();

const reading = suite('nats sub and nats stream view');
const read = nats.isInstalled ? reading : reading.skip;

read('sub receives the events of REST and NATS commands live', async () => {
  const subscriber = nats.start(`nats sub 'laptops.events.>'`);
  await subscriber.awaitOutput(/Subscribing on laptops\.events\.>/);
  // The CLI prints this line before the broker has registered the subscription: publish until an event arrives.
  await eventually(async () => {
    await nats.run(`nats pub laptops.events.999 '{"type":"LaptopRemoved"}'`);
    assert.match(subscriber.output(), 'laptops.events.999');
  }, 60_000);
  const added = await laptops.post('/laptops', { json: { id: 50, title: 'Framework', model: '13' } });
  assert.is(added.status, 201);
  await nats.run(`nats req laptops.commands.remove '{"id":50}' -H Nats-Msg-Id:order-50`);
  await subscriber.awaitOutput(
    /Received on "laptops\.events\.50"[^]*LaptopAdded[^]*order-50[^]*LaptopRemoved/,
  );
  await subscriber.interrupt();
});

read('sub reads the stream from a start sequence to its end', async () => {
  const fromTwo = `nats sub --stream LAPTOPS --start-sequence 2 'laptops.events.>' --terminate-at-end`;
  const { stdout } = await nats.run(fromTwo);
  const seen = Array.from(stdout.matchAll(/stream: LAPTOPS seq: (\d+)/g), ([, position]) => Number(position));
  const { state } = await system.jsm.streams.info('LAPTOPS');
  assert.equal(
    seen,
    Array.from({ length: state.last_seq - 1 }, (_, index) => index + 2),
  );
});

const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;
if (nats.isInstalled && !hasTerminal) {
  process.stdout.write(
    'skipped: nats stream view needs a terminal, and util-linux script is not installed\n',
  );
}
(hasTerminal ? read : reading.skip)(
  'stream view prints the messages of the stream on a terminal',
  async () => {
    const { code, stdout } = await nats.run(`script -qec 'nats stream view LAPTOPS 25' /dev/null`);
    assert.is(code, 0);
    assert.match(stdout, /\[1\] Subject: laptops\.events\.42 Received: /);
    assert.match(stdout, '{"type":"LaptopAdded","title":"Lenovo","model":"S3"}');
    assert.match(stdout, /\[2\] Subject: laptops\.events\.43 [^]*Nats-Msg-Id: order-18/);
    assert.match(stdout, 'Reached apparent end of data');
  },
);

reading.after(() => system.close());
reading.run();
