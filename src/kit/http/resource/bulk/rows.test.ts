import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../../../domain/problem.ts';
import { runInOrder, splitRows } from './rows.ts';

const split = (text: string, maxRows = 10) =>
  splitRows(Buffer.from(text), maxRows).map(({ row, bytes }) => [row, Buffer.from(bytes).toString()]);

const rows = suite('splitRows');

rows('returns the lines that are not blank, with their numbers', () => {
  assert.equal(split('a\n\n \t\r\nb\r\nc'), [
    [1, 'a'],
    [4, 'b\r'],
    [5, 'c'],
  ]);
  assert.equal(split('a\n'), [[1, 'a']]);
});
rows('accepts as many rows as allowed, without the blank lines', () => {
  assert.is(split('a\n\nb\n\n', 2).length, 2);
  assert.throws(
    () => split('a\nb\nc', 2),
    (error: unknown) =>
      error instanceof Problem && error.code === 'too-large' && /more than 2 rows/.test(error.message),
  );
});
rows('needs a row', () => {
  for (const text of ['', '\n', ' \r\n\n'])
    assert.throws(
      () => split(text),
      (error: unknown) => error instanceof Problem && error.code === 'malformed',
    );
});
rows.run();

const order = suite('runInOrder');

/** Runs tasks that finish when `finish` is called with their number. */
function setUp(count: number, concurrency: number) {
  const finish: (() => void)[] = [];
  const begun: number[] = [];
  const results = runInOrder(Array.from({ length: count }).keys(), concurrency, (number) => {
    begun.push(number);
    return new Promise<number>((resolve) => (finish[number] = () => resolve(number)));
  });
  return { begun, results, finish };
}

order('yields the results in the order of the items, whichever is finished first', async () => {
  const { results, finish } = setUp(3, 3);
  const first = results.next();
  finish[2]?.();
  finish[1]?.();
  finish[0]?.();
  assert.equal(await first, { done: false, value: 0 });
  assert.equal([(await results.next()).value, (await results.next()).value], [1, 2]);
  assert.is((await results.next()).done, true);
});
order('runs at most so many tasks at once, and none that nobody waits for', async () => {
  const { begun, results, finish } = setUp(5, 2);
  assert.equal(begun, []);
  const first = results.next();
  assert.equal(begun, [0, 1]);
  finish[0]?.();
  finish[1]?.();
  await first;
  assert.equal(begun, [0, 1]);
  const second = results.next();
  assert.equal(begun, [0, 1, 2]);
  await second;
  await results.return();
  assert.equal(begun, [0, 1, 2]);
});
order.run();
