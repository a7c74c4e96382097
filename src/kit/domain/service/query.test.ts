import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { assertAnswer, QueryFailed } from './query.ts';

const test = suite('assertAnswer');

test('accepts an answer that matches the schema of the result', () =>
  assertAnswer('total', z.object({ watts: z.int() }), { watts: 65 }));
for (const [description, result, answer, message] of [
  [
    'a promise, even if the schema accepts one',
    z.object({}),
    Promise.resolve({}),
    /^the answer of the query "total" is a promise$/,
  ],
  [
    'an answer that does not match the schema',
    z.object({ watts: z.int() }),
    { watts: 'x' },
    /^the answer of the query "total" does not match `result`: .*at watts/s,
  ],
] as const) {
  test(`rejects ${description}`, () =>
    assert.throws(
      () => assertAnswer('total', result, answer),
      (error: unknown) =>
        error instanceof QueryFailed && error.name === 'QueryFailed' && message.test(error.message),
    ));
}
test.run();
