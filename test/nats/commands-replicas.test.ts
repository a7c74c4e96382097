/** Commands over NATS when replicas are missing, slow, or die: the caller gets a clear error, or one correct answer. */

import { Svcm } from '@nats-io/services';
import { errors, headers } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { freeze, wake } from '../support/broker/freeze.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, start, countMessages, close } = await startTestSystem();
const { nc } = connection;

/** How long a caller waits, in milliseconds, before it asks again under the same id. */
const patienceMs = 2_000;

/** One request, as a caller sends it who knows that it may have to send it again. */
async function add(id: number, messageId: string): Promise<{ position: number; laptop: unknown }> {
  const fields = headers();
  fields.set('Nats-Msg-Id', messageId);
  const payload = JSON.stringify({ id, title: 'Lenovo', model: 'S3' });
  const reply = await nc.request('laptops.commands.add', payload, { timeout: patienceMs, headers: fields });
  assert.not(reply.headers?.get('Nats-Service-Error-Code'), reply.string());
  return reply.json();
}

/** Asks until there is an answer; what is no answer has to be a timeout. Gives how often it asked, too. */
async function addForSure(id: number, messageId: string) {
  for (let tries = 1; ; tries++) {
    try {
      return { ...(await add(id, messageId)), tries };
    } catch (error) {
      assert.instance(error, errors.TimeoutError);
      assert.ok(tries < 60, 'no answer in all that time');
    }
  }
}

/** How many requests to add a laptop all replicas have taken together. */
async function countRequests(): Promise<number> {
  let sum = 0;
  for await (const { endpoints = [] } of await new Svcm(nc).client().stats('laptops'))
    sum += endpoints.find(({ name }) => name === 'commands-add')?.num_requests ?? 0;
  return sum;
}

const missing = suite('without a replica');

missing('the caller is told at once that nobody responds', async () => {
  const started = performance.now();
  const error = await add(1, 'nobody').then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.instance(error, errors.RequestError);
  assert.ok(error instanceof errors.RequestError && error.isNoResponders());
  assert.ok(performance.now() - started < patienceMs);
  assert.is(await countMessages('laptops.events.1'), 0);
});
missing.run();

const [one, two] = await Promise.all([start('laptops'), start('laptops')]);
const laptopOf = (id: number) => ({ id, title: 'Lenovo', model: 'S3', ports: [] });

const slow = suite('while one of two replicas does not move');

slow(
  'the caller times out or gets an answer; asked again under the same id, it gets the one answer',
  async () => {
    await freeze(one.pid);
    let answers;
    try {
      answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => addForSure(100 + index, `slow-${index}`)),
      );
    } finally {
      wake(one.pid);
    }
    // Both kinds happened: else this shows nothing.
    assert.ok(
      answers.some(({ tries }) => tries > 1),
      'none of the requests was for the frozen replica',
    );
    assert.ok(
      answers.some(({ tries }) => tries === 1),
      'all of the requests were for the frozen replica',
    );
    // The replica that wakes up finds the requests that nobody waits for any more, and must not carry them out again.
    const asked = answers.reduce((sum, { tries }) => sum + tries, 0);
    await eventually(async () => assert.is(await countRequests(), asked), 30_000);
    for (const [index, { position, laptop }] of answers.entries()) {
      assert.equal(laptop, laptopOf(100 + index));
      assert.equal(await add(100 + index, `slow-${index}`), { position, laptop });
      assert.is(await countMessages(`laptops.events.${100 + index}`), 1);
    }
  },
);
slow.run();

const dying = suite('when a replica is killed in the middle');

dying('each command is carried out once and answered once it is asked for again', async () => {
  const asked = Array.from({ length: 200 }, (_, index) => addForSure(1000 + index, `kill-${index}`));
  await Promise.race(asked);
  await one.stop('SIGKILL');
  const answers = await Promise.all(asked);
  const positions = new Set(answers.map(({ position }) => position));
  assert.is(positions.size, 200);
  for (const [index, { laptop }] of answers.entries()) assert.equal(laptop, laptopOf(1000 + index));
  const counts = await Promise.all(
    answers.map((_, index) => countMessages(`laptops.events.${1000 + index}`)),
  );
  assert.equal(new Set(counts), new Set([1]));
  // The other replica shows the same that was answered.
  const { body } = await two.get('/laptops?after=999', { headers: { 'Wait-For-Position': 'latest' } });
  assert.equal(
    body,
    answers.map((_, index) => laptopOf(1000 + index)),
  );
});
dying.after(close);
dying.run();
