/** The event store on one server, and its handling of broker error codes. The error description is never read. */

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

const brokerResponses = suite('an append');

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
const noResponse = undefined;
const failure = (err_code: number) => ({
  error: { code: 500, err_code, description: `arbitrary text (${err_code})` },
});

/** Appends while the broker sends these responses in turn and then repeats the last one. `undefined` means no response. */
async function appendWithResponses(...script: (object | undefined)[]) {
  let attempts = 0;
  const subscription = connection.nc.subscribe(subjects.all, {
    callback(_error, message) {
      const response = script[Math.min(attempts, script.length - 1)];
      attempts += 1;
      if (response !== undefined) message.respond(JSON.stringify(response));
    },
  });
  const append = { id: 1, events: [added], expectedVersion: 0, messageId: 'scripted', commandDigest: '' };
  const { outcome } = await store.append(append);
  subscription.unsubscribe();
  return { outcome, attempts };
}

brokerResponses(
  'is a conflict on a wrong last sequence (10071, 10201) or a conflicting write in flight (10164)',
  async () => {
    assert.equal(await appendWithResponses(failure(10_071)), { outcome: 'conflict', attempts: 1 });
    assert.equal(await appendWithResponses(failure(10_164)), { outcome: 'conflict', attempts: 1 });
    assert.equal(await appendWithResponses(failure(10_201)), { outcome: 'conflict', attempts: 1 });
  },
);

brokerResponses('is retried after a leader change (10163)', async () => {
  assert.equal(await appendWithResponses(failure(10_163), stored), { outcome: 'written', attempts: 2 });
});

brokerResponses(
  'is retried while the first attempt is in flight (10158), until its outcome is known',
  async () => {
    const duplicate = { ...stored, duplicate: true };
    assert.equal(await appendWithResponses(noResponse, failure(10_158), failure(10_158), duplicate), {
      outcome: 'duplicate',
      attempts: 4,
    });
    assert.is((await appendWithResponses(failure(10_158))).outcome, 'unknown');
  },
);

brokerResponses(
  'has outcome "unavailable" after any other error code, because nothing was stored',
  async () => {
    assert.equal(await appendWithResponses(failure(10_077)), { outcome: 'unavailable', attempts: 1 });
  },
);

brokerResponses(
  'has an unknown outcome if the first attempt got no response and the broker rejects the retry',
  async () => {
    assert.is((await appendWithResponses(noResponse, failure(10_077))).outcome, 'unknown');
  },
);

brokerResponses(
  'whose first attempt got no response is retried on 10164 (write in flight) and is a conflict on 10071 (wrong sequence)',
  async () => {
    assert.equal(await appendWithResponses(noResponse, failure(10_164), stored), {
      outcome: 'written',
      attempts: 3,
    });
    assert.is((await appendWithResponses(noResponse, failure(10_164))).outcome, 'unknown');
    assert.equal(await appendWithResponses(noResponse, failure(10_071)), {
      outcome: 'conflict',
      attempts: 2,
    });
  },
);

brokerResponses('has an unknown outcome within the append timeout if the broker never responds', async () => {
  const started = performance.now();
  assert.is((await appendWithResponses(noResponse)).outcome, 'unknown');
  assert.ok(performance.now() - started < 4_000);
});

const missingStream = suite('a history of any server');

missingStream('is undefined if no server responds', async () => {
  const missing = createEventStore({
    connection,
    jsm,
    stream: 'MISSING',
    subjects,
    codec: createCodec(laptopEvents, subjects),
  });
  assert.is(await missing.historyOfAnyServer(1, { upTo: 1 }), undefined);
});

missingStream.run();

brokerResponses.after(close);

brokerResponses.run();
