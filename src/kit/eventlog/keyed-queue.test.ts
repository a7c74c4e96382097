import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createKeyedQueue } from './keyed-queue.ts';

/** A task that says when it begins and ends when it is told to. */
function createTask(name: string, log: string[]) {
  const { promise, resolve, reject } = withResolvers();
  return {
    task: async () => {
      log.push(`${name} begins`);
      try {
        return await promise;
      } finally {
        log.push(`${name} ends`);
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

const test = suite('tasks of one key run one after the other');

test('the second begins when the first has ended', async () => {
  const queue = createKeyedQueue();
  const log: string[] = [];
  const [first, second] = [createTask('first', log), createTask('second', log)];
  const results = Promise.all([queue.run(1, first.task), queue.run(1, second.task)]);
  second.succeed();
  await Promise.resolve();
  assert.equal(log, ['first begins']);
  first.succeed();
  assert.equal(await results, ['first', 'second']);
  assert.equal(log, ['first begins', 'first ends', 'second begins', 'second ends']);
});

test('in the order in which they came', async () => {
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

test('a task that fails fails alone: the next one runs', async () => {
  const queue = createKeyedQueue();
  const log: string[] = [];
  const [first, second] = [createTask('first', log), createTask('second', log)];
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

test('tasks of different keys do not wait for each other', async () => {
  const queue = createKeyedQueue();
  const log: string[] = [];
  const [slow, fast] = [createTask('slow', log), createTask('fast', log)];
  const slowResult = queue.run(1, slow.task);
  fast.succeed();
  assert.is(await queue.run(2, fast.task), 'fast');
  assert.equal(log, ['slow begins', 'fast begins', 'fast ends']);
  slow.succeed();
  assert.is(await slowResult, 'slow');
});

test('a key whose tasks have all ended begins afresh, without a wait', async () => {
  const queue = createKeyedQueue();
  await queue.run(1, () => Promise.resolve());
  await Promise.resolve();
  let begun = false;
  const result = queue.run(1, () => {
    begun = true;
    return Promise.resolve();
  });
  assert.ok(begun);
  await result;
});

test.run();
