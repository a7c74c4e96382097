import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createKeyedQueue } from './keyed-queue.ts';

/** Creates a task that records its start and end, and settles when `succeed` or `fail` is called. */
function createTask(name: string, records: string[]) {
  const { promise, resolve, reject } = withResolvers();
  return {
    task: async () => {
      records.push(`${name} begins`);
      try {
        return await promise;
      } finally {
        records.push(`${name} ends`);
      }
    },
    succeed: () => resolve(name),
    fail: () => reject(new Error(name)),
  };
}

function withResolvers() {
  let resolve: (value: string) => void = () => undefined;
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<string>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

const test = suite('a keyed queue');

test('starts a task when the previous task of the key has ended', async () => {
  const queue = createKeyedQueue();
  const records: string[] = [];
  const [first, second] = [createTask('first', records), createTask('second', records)];
  const results = Promise.all([queue.run(1, first.task), queue.run(1, second.task)]);
  second.succeed();
  await Promise.resolve();
  assert.equal(records, ['first begins']);
  first.succeed();
  assert.equal(await results, ['first', 'second']);
  assert.equal(records, ['first begins', 'first ends', 'second begins', 'second ends']);
});

test('runs the tasks of a key in the order in which they were added', async () => {
  const queue = createKeyedQueue();
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      queue.run(1, async () => {
        await Promise.resolve();
        order.push(index);
      }),
    ),
  );
  assert.equal(
    order,
    Array.from({ length: 50 }, (_, index) => index),
  );
});

test('runs the next task after a task has failed', async () => {
  const queue = createKeyedQueue();
  const records: string[] = [];
  const [first, second] = [createTask('first', records), createTask('second', records)];
  const failed = queue.run(1, first.task).then(
    () => 'no failure',
    (error: Error) => error.message,
  );
  const succeeded = queue.run(1, second.task);
  first.fail();
  second.succeed();
  assert.is(await failed, 'first');
  assert.is(await succeeded, 'second');
});

test('runs tasks of different keys concurrently', async () => {
  const queue = createKeyedQueue();
  const records: string[] = [];
  const [slow, fast] = [createTask('slow', records), createTask('fast', records)];
  const slowResult = queue.run(1, slow.task);
  fast.succeed();
  assert.is(await queue.run(2, fast.task), 'fast');
  assert.equal(records, ['slow begins', 'fast begins', 'fast ends']);
  slow.succeed();
  assert.is(await slowResult, 'slow');
});

test('queues a task behind the running one after an earlier task of the key has ended', async () => {
  const queue = createKeyedQueue();
  const records: string[] = [];
  const first = createTask('first', records);
  const second = createTask('second', records);
  const third = createTask('third', records);
  const firstResult = queue.run(1, first.task);
  const secondResult = queue.run(1, second.task);
  first.succeed();
  await firstResult;
  await nextTurn();
  assert.equal(records, ['first begins', 'first ends', 'second begins']);
  const thirdResult = queue.run(1, third.task);
  third.succeed();
  await nextTurn();
  second.succeed();
  assert.equal(await Promise.all([secondResult, thirdResult]), ['second', 'third']);
  assert.equal(records.slice(2), ['second begins', 'second ends', 'third begins', 'third ends']);
});

test('starts a task synchronously if all earlier tasks of the key have ended', async () => {
  const queue = createKeyedQueue();
  await queue.run(1, () => Promise.resolve());
  await Promise.resolve();
  let hasStarted = false;
  const result = queue.run(1, () => {
    hasStarted = true;
    return Promise.resolve();
  });
  assert.ok(hasStarted);
  await result;
});

test.run();
