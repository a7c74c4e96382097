/** Appends that are stored as one batch. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { jetstream, JetStreamApiError } from '@nats-io/jetstream';
import { brokerErrors } from '../../src/kit/nats/connection/broker-errors.ts';
import * as header from '../../src/kit/nats/connection/headers.ts';
import { publishBatch } from '../../src/kit/nats/stream/atomic-batch.ts';
import { createGroupCommit } from '../../src/kit/nats/stream/group-commit.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { createCleanup } from '../support/faults/scenario.ts';

const { defer, close } = createCleanup();
const broker = await startTestBroker();
defer(broker.close);
const { connection, jsm } = await connectForTest(broker);
defer(() => connection.nc.close());

const { nc } = connection;
const js = jetstream(nc);
let idleMs = 0;
let batches = 0;
const publish = createGroupCommit(
  (messages) => {
    if (messages.length > 1) batches += 1;
    return publishBatch(nc, js, messages, { stream: 'LAPTOPS', timeoutMs: 5_000 });
  },
  // Every look at this clock is 5 ms later, so that batches are faster.
  () => (idleMs += 5),
);

function append(id: number, { messageId = `id-${id}`, expected = 0 } = {}) {
  const fields = {
    [header.messageIdHeader]: messageId,
    [header.expectedSubjectSequenceHeader]: String(expected),
  };
  const payload = JSON.stringify({ type: 'LaptopAdded', title: 'Lenovo', model: `S${id}` });
  return publish([{ subject: `laptops.events.${id}`, payload, fields }]).then(
    ({ seq, duplicate }) => ({ seq, duplicate }),
    (error: unknown): number => {
      if (!(error instanceof JetStreamApiError)) throw error;
      return error.code;
    },
  );
}
const range = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

const tests = suite('appends in one batch');

tests('have the positions of their messages', async () => {
  await Promise.all(range(1, 40).map((id) => append(id)));
  batches = 0;
  const results = await Promise.all(range(101, 40).map((id) => append(id)));
  assert.is(batches, 1);
  for (const [index, result] of results.entries()) {
    const seq = typeof result === 'object' ? result.seq : 0;
    const stored = await jsm.streams.getMessage('LAPTOPS', { seq });
    assert.is(stored?.subject, `laptops.events.${101 + index}`);
    assert.is(stored?.header.get(header.messageIdHeader), `id-${101 + index}`);
  }
});
tests('are stored although the expectation of another one fails', async () => {
  batches = 0;
  const [conflict, ...others] = await Promise.all([
    append(101, { messageId: 'other' }),
    ...range(201, 40).map((id) => append(id)),
  ]);
  assert.ok(batches > 0);
  assert.is(conflict, brokerErrors.wrongLastSequence);
  const positions = others.map((result) => (typeof result === 'object' ? result.seq : 0));
  assert.equal(positions, range(81, 40));
});
tests('are stored once, although one of them is repeated', async () => {
  await Promise.all(range(301, 40).map((id) => append(id)));
  const { last_seq: before } = (await jsm.streams.info('LAPTOPS')).state;
  const expected = Number(
    (await jsm.streams.getMessage('LAPTOPS', { last_by_subj: 'laptops.events.301' }))?.seq,
  );
  batches = 0;
  const [repeated, ...others] = await Promise.all([
    append(301, { expected }),
    ...range(401, 40).map((id) => append(id)),
  ]);
  assert.ok(batches > 0);
  assert.equal(repeated, { seq: expected, duplicate: true });
  assert.ok(others.every((result) => typeof result === 'object' && !result.duplicate));
  assert.is((await jsm.streams.info('LAPTOPS')).state.last_seq, before + 40);
});

tests.after(close);
tests.run();
