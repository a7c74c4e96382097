/** Commands over NATS while replicas are missing, frozen or killed. */

import { errors, headers } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchServiceStats } from '../../src/kit/nats/services/framework/discovery.ts';
import { eventually } from '../support/eventually.ts';
import { freeze, unfreeze } from '../support/broker/freeze.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, start, countMessages, close } = await startTestSystem();
const { nc } = connection;

/** Request timeout in ms. The caller then repeats the request with the same message id. */
const timeoutMs = 2_000;

/** Sends one `add` command. With the same message id, it is safe to repeat. */
async function add(id: number, messageId: string): Promise<{ position: number; laptop: unknown }> {
  const fields = headers();
  fields.set('Nats-Msg-Id', messageId);
  const payload = JSON.stringify({ id, title: 'Lenovo', model: 'S3' });
  const reply = await nc.request('laptops.commands.add', payload, { timeout: timeoutMs, headers: fields });
  assert.not(reply.headers?.get('Nats-Service-Error-Code'), reply.string());
  return reply.json();
}

/** Repeats the command until a reply arrives; every failed attempt must be a timeout. Also returns the number of attempts. */
async function addWithRetries(id: number, messageId: string) {
  for (let attempts = 1; ; attempts++) {
    try {
      return { ...(await add(id, messageId)), attempts };
    } catch (error) {
      assert.instance(error, errors.TimeoutError);
      assert.ok(attempts < 60, 'no reply within 60 attempts');
    }
  }
}

/** Returns the number of `add` requests received by all replicas together. */
async function countRequests(): Promise<number> {
  const replicas = await fetchServiceStats(nc, { name: 'laptops' });
  return replicas
    .flatMap(({ endpoints }) => endpoints.filter(({ name }) => name === 'commands-add'))
    .reduce((sum, endpoint) => sum + endpoint.num_requests, 0);
}

const noReplicas = suite('a command without a running replica');

noReplicas('fails at once with "no responders"', async () => {
  const started = performance.now();
  const error = await add(1, 'nobody').then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.instance(error, errors.RequestError);
  assert.ok(error instanceof errors.RequestError && error.isNoResponders());
  assert.ok(performance.now() - started < timeoutMs);
  assert.is(await countMessages('laptops.events.1'), 0);
});
noReplicas.run();

const [one, two] = await Promise.all([start('laptops'), start('laptops')]);
const laptopOf = (id: number) => ({ id, title: 'Lenovo', model: 'S3', ports: [] });

const frozenReplica = suite('a command while one of two replicas is frozen');

frozenReplica(
  'is executed once, and a repetition with the same message id returns the same reply',
  async () => {
    await freeze(one.pid);
    let replies;
    try {
      replies = await Promise.all(
        Array.from({ length: 40 }, (_, index) => addWithRetries(100 + index, `slow-${index}`)),
      );
    } finally {
      unfreeze(one.pid);
    }
    // Both outcomes must occur, otherwise the test proves nothing.
    assert.ok(
      replies.some(({ attempts }) => attempts > 1),
      'no request reached the frozen replica',
    );
    assert.ok(
      replies.some(({ attempts }) => attempts === 1),
      'every request reached the frozen replica',
    );
    // The resumed replica receives requests whose callers have timed out, and must not execute them a second time.
    const requestCount = replies.reduce((sum, { attempts }) => sum + attempts, 0);
    await eventually(async () => assert.is(await countRequests(), requestCount), 30_000);
    for (const [index, { position, laptop }] of replies.entries()) {
      assert.equal(laptop, laptopOf(100 + index));
      assert.equal(await add(100 + index, `slow-${index}`), { position, laptop });
      assert.is(await countMessages(`laptops.events.${100 + index}`), 1);
    }
  },
);
frozenReplica.run();

const killedReplica = suite('a command while a replica is killed');

killedReplica('is executed once and gets a reply when it is repeated', async () => {
  const requests = Array.from({ length: 200 }, (_, index) => addWithRetries(1000 + index, `kill-${index}`));
  await Promise.race(requests);
  await one.stop('SIGKILL');
  const replies = await Promise.all(requests);
  const positions = new Set(replies.map(({ position }) => position));
  assert.is(positions.size, 200);
  for (const [index, { laptop }] of replies.entries()) assert.equal(laptop, laptopOf(1000 + index));
  const counts = await Promise.all(
    replies.map((_, index) => countMessages(`laptops.events.${1000 + index}`)),
  );
  assert.equal(new Set(counts), new Set([1]));
  // The other replica has the same laptops.
  const { body } = await two.get('/laptops?after=999', { headers: { 'Wait-For-Position': 'latest' } });
  assert.equal(
    body,
    replies.map((_, index) => laptopOf(1000 + index)),
  );
});
killedReplica.after(close);
killedReplica.run();
