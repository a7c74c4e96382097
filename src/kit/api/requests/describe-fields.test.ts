import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { describeFields } from './describe-fields.ts';

const describing = suite('describeFields');
const title = z.string().meta({ id: 'SomeTitle' });

for (const [expected, schema] of [
  ['a JSON object', z.strictObject({})],
  ['a JSON object', z.unknown()],
  ['a JSON object with "title"', z.strictObject({ title })],
  ['a JSON object with "title" and "model"', z.object({ title, model: z.string() }).meta({ id: 'New' })],
  [
    'a JSON object, optionally with "limit" and "after"',
    z.object({ limit: z.int().default(1), after: z.int().optional() }),
  ],
  ['a JSON object with "title", and optionally with "id"', z.object({ id: z.int().optional(), title })],
  [
    'a JSON object with "a" or a JSON object with "b"',
    z.union([z.object({ a: z.int() }), z.object({ b: z.int() })]),
  ],
  ['a JSON object', z.union([z.object({}), z.object({})])],
] as const) {
  describing(`returns: ${expected}`, () => assert.is(describeFields(schema), expected));
}
describing.run();
