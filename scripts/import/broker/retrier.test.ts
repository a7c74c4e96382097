import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../../../src/kit/domain/problem.ts';
import { createRetrier } from './retrier.ts';

const unavailable = new Problem('unavailable', 'The broker did not accept the event.');

/** Runs a task that fails `failures` times. Returns its result or error, and the number of attempts. */
async function run(
  failures: number,
  options: { readonly limitMs?: number; readonly error?: Error; readonly abortAfter?: number } = {},
) {
  const { limitMs = 60_000, error = unavailable, abortAfter = Infinity } = options;
  const controller = new AbortController();
  let attempts = 0;
  let exhausted = 0;
  const { signal } = controller;
  const retrier = createRetrier({ limitMs, signal, onExhausted: () => (exhausted += 1) });
  const task = () => {
    attempts += 1;
    if (attempts >= abortAfter) controller.abort();
    return attempts > failures ? Promise.resolve('stored') : Promise.reject(error);
  };
  const result: unknown = await retrier.run(task).catch((thrown: unknown) => thrown);
  return { result, attempts, exhausted };
}

const test = suite('a retrier');

test('repeats a task while the broker is unavailable', async () =>
  assert.equal(await run(2), { result: 'stored', attempts: 3, exhausted: 0 }));
test('does not repeat a task after the import was interrupted', async () =>
  assert.equal(await run(Infinity, { abortAfter: 2 }), { result: unavailable, attempts: 2, exhausted: 0 }));
test('does not repeat a task that failed for another reason', async () => {
  const error = new Problem('conflict', 'There is already a laptop with this id.');
  assert.equal(await run(Infinity, { error }), { result: error, attempts: 1, exhausted: 0 });
});
test('gives up after the time limit, and reports it', async () => {
  const { result, attempts, exhausted } = await run(Infinity, { limitMs: 600 });
  assert.is(result, unavailable);
  assert.ok(attempts >= 2);
  assert.is(exhausted, 1);
});
test.run();
