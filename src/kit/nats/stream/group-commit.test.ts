import { setImmediate } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { JetStreamApiError } from '@nats-io/jetstream';
import { createGroupCommit } from './group-commit.ts';

const message = (subject: string) => ({ subject, payload: '', fields: {} });

/** A broker for which this process waits 5 ms per publish, or not at all. It rejects messages on the subject `bad`. */
function createLog({ waitMs = 5, error = new Error('bad') }: { waitMs?: number; error?: Error } = {}) {
  const published: string[][] = [];
  let idleMs = 0;
  let last = 0;
  const publish = createGroupCommit(
    async (messages) => {
      const subjects = messages.map(({ subject }) => subject);
      published.push(subjects);
      await setImmediate();
      idleMs += waitMs;
      if (subjects.includes('bad')) throw error;
      last += subjects.length;
      return { seq: last, duplicate: false };
    },
    () => idleMs,
  );
  /** Appends concurrently; each append has the subjects of one text. Returns the positions or errors, and what was published. */
  async function appendAll(...appends: string[]) {
    published.length = 0;
    const outcomes = await Promise.all(
      appends.map((subjects) =>
        publish(subjects.split(' ').map(message)).then(
          ({ seq }) => seq,
          (cause: unknown) => String(cause),
        ),
      ),
    );
    return { outcomes, published: [...published] };
  }
  const measure = () => appendAll(...Array.from({ length: 64 }, () => 'a'));
  return { appendAll, measure };
}

const tests = suite('group commit');

tests(
  'publishes concurrent appends one by one while the broker does not keep the process waiting',
  async () => {
    const { appendAll, measure } = createLog({ waitMs: 0 });
    await measure();
    const { outcomes, published } = await appendAll('a', 'b c', 'd');
    assert.equal(outcomes, [65, 67, 68]);
    assert.equal(published, [['a'], ['b', 'c'], ['d']]);
  },
);
tests('publishes a few appends one by one, whatever the broker costs', async () => {
  const { appendAll, measure } = createLog();
  await measure();
  const few = Array.from({ length: 23 }, () => 'a');
  assert.is((await appendAll(...few)).published.length, 23);
});
tests(
  'publishes concurrent appends as one batch if the process waits longer for the single ones',
  async () => {
    const { appendAll, measure } = createLog();
    await measure();
    const { outcomes, published } = await appendAll(
      'a',
      'b c',
      'd',
      ...Array.from({ length: 21 }, () => 'e'),
    );
    assert.equal(outcomes.slice(0, 4), [65, 67, 68, 69]);
    assert.equal(published.length, 1);
  },
);
tests('measures single appends again after some batches', async () => {
  const { measure } = createLog();
  const rounds: number[] = [];
  for (let round = 0; round < 300; round++) rounds.push((await measure()).published.length);
  assert.is(rounds[0], 64);
  assert.ok(rounds.filter((count) => count === 1).length > 50);
  assert.ok(rounds.slice(1).includes(64));
});
tests(
  'publishes every append alone if the broker rejects the batch, so that each has its own outcome',
  async () => {
    const description = 'wrong last sequence';
    const error = new JetStreamApiError({ code: 400, err_code: 10071, description });
    const { appendAll, measure } = createLog({ error });
    await measure();
    const others = Array.from({ length: 22 }, () => 'e');
    const { outcomes, published } = await appendAll('a', 'bad', ...others);
    assert.equal(published.length, 1 + 24);
    assert.is(outcomes[0], 65);
    assert.match(String(outcomes[1]), description);
    assert.equal(
      outcomes.slice(2),
      others.map((_, index) => 66 + index),
    );
  },
);
tests('does not publish again if the outcome of the batch is unknown', async () => {
  const { appendAll, measure } = createLog({ error: new Error('timeout') });
  await measure();
  const { outcomes, published } = await appendAll('bad', ...Array.from({ length: 23 }, () => 'e'));
  assert.is(published.length, 1);
  assert.ok(outcomes.every((outcome) => String(outcome).includes('timeout')));
});
tests('limits a batch to 1000 messages', async () => {
  const { appendAll, measure } = createLog();
  await measure();
  const three = 'a b c';
  const { outcomes, published } = await appendAll(...Array.from({ length: 400 }, () => three));
  assert.equal(
    published.map(({ length }) => length),
    [999, 201],
  );
  assert.is(outcomes.at(-1), 64 + 1200);
});

tests.run();
