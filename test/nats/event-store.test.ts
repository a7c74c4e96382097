/** The event store on one server, and how it reads what a broker answers: by code, whatever the text. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopEvents } from '#contracts/laptops';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { added, addEventStoreContract } from '../support/contract/event-store-contract.ts';
import { createCleanup } from '../support/faults/scenario.ts';
import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import { createEventStore } from '../../src/kit/nats/stream/event-store.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';

const { defer, close } = createCleanup();
const broker = await startTestBroker();
defer(broker.close);
const connections = await Promise.all([1, 2, 3].map(() => connectForTest(broker)));
defer(() => Promise.all(connections.map(({ connection }) => connection.nc.close())));

const contract = suite('the event store on one server');
addEventStoreContract(contract, { connections, replicas: 1 });
contract.run();

const answers = suite('an answer of the broker is read by its code');

const [first] = connections;
if (first === undefined) throw new Error('unreachable');
const { connection, jsm } = first;
const subjects = eventSubjects('scripted');
const store = createEventStore({
  connection,
  jsm,
  stream: 'LAPTOPS',
  subjects,
  codec: createCodec(laptopEvents, subjects),
  ackTimeoutMs: 300,
  appendTimeoutMs: 2_000,
});

const stored = { stream: 'LAPTOPS', seq: 7 };
const silence = undefined;
const failure = (err_code: number) => ({
  error: { code: 500, err_code, description: `a text that says nothing (${err_code})` },
});

/** How an append ends, and how often it was tried, when these answers come one after the other, the last one for ever. */
async function appendAnswered(...script: (object | undefined)[]) {
  let tries = 0;
  const subscription = connection.nc.subscribe(subjects.all, {
    callback(_error, message) {
      const answer = script[Math.min(tries, script.length - 1)];
      tries += 1;
      if (answer !== undefined) message.respond(JSON.stringify(answer));
    },
  });
  const append = { id: 1, events: [added], expectedVersion: 0, messageId: 'scripted', commandDigest: '' };
  const { outcome } = await store.append(append);
  subscription.unsubscribe();
  return { outcome, tries };
}

answers('a wrong last sequence is a conflict, known (10071) or not yet known (10164)', async () => {
  assert.equal(await appendAnswered(failure(10_071)), { outcome: 'conflict', tries: 1 });
  assert.equal(await appendAnswered(failure(10_164)), { outcome: 'conflict', tries: 1 });
  assert.equal(await appendAnswered(failure(10_201)), { outcome: 'conflict', tries: 1 });
});

answers('a change of the leader (10163) is tried again', async () => {
  assert.equal(await appendAnswered(failure(10_163), stored), { outcome: 'written', tries: 2 });
});

answers('an append that is still under way (10158) is asked for until its outcome is known', async () => {
  const duplicate = { ...stored, duplicate: true };
  assert.equal(await appendAnswered(silence, failure(10_158), failure(10_158), duplicate), {
    outcome: 'duplicate',
    tries: 4,
  });
  assert.is((await appendAnswered(failure(10_158))).outcome, 'unknown');
});

answers('a broker that refuses has changed nothing', async () => {
  assert.equal(await appendAnswered(failure(10_077)), { outcome: 'unavailable', tries: 1 });
});

answers('a refusal after a silence does not say what became of the first try', async () => {
  assert.is((await appendAnswered(silence, failure(10_077))).outcome, 'unknown');
});

answers('a write in flight that stops a second try may be the first one; a stored one is not', async () => {
  assert.equal(await appendAnswered(silence, failure(10_164), stored), { outcome: 'written', tries: 3 });
  assert.is((await appendAnswered(silence, failure(10_164))).outcome, 'unknown');
  assert.equal(await appendAnswered(silence, failure(10_071)), { outcome: 'conflict', tries: 2 });
});

answers('silence is an unknown outcome, and takes no longer than it may', async () => {
  const started = performance.now();
  assert.is((await appendAnswered(silence)).outcome, 'unknown');
  assert.ok(performance.now() - started < 4_000);
});

answers.after(close);

answers.run();
