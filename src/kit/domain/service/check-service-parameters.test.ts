/** Parameters, paths and events that a definition cannot have. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { base, collisionOf, decide } from '../../../../test/support/lamp-definition.ts';
import { defineService } from './define-service.ts';

const Slot = z.int();

const parameters = suite('the parameters of a command');

parameters('must be those of its path', () => {
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        commands: ({ command }) => ({ dock: command({ put: 'slots/{slot}', decide }) }),
      }),
    ),
    'lamps: the path "slots/{slot}" of "dock" has the parameter "slot", but `params` does not',
  );
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        commands: ({ command }) => ({ dock: command({ put: 'slots', params: { slot: Slot }, decide }) }),
      }),
    ),
    'lamps: `params` of "dock" has "slot", but the path "slots" does not',
  );
});
parameters('are not the properties of every object', () =>
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        commands: ({ command }) => ({ dock: command({ put: '{constructor}', decide }) }),
      }),
    ),
    'lamps: the path "{constructor}" of "dock" has the parameter "constructor", but `params` does not',
  ),
);
parameters('are in its path once', () =>
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        commands: ({ command }) => ({
          dock: command({ put: '{slot}/{slot}', params: { slot: Slot }, decide }),
        }),
      }),
    ),
    'lamps: the path "{slot}/{slot}" of "dock" has the parameter "slot" twice',
  ),
);
parameters('differ from the fields of its body, also of one alternative', () => {
  const body = z.union([z.strictObject({ on: z.boolean() }), z.strictObject({ slot: Slot })]);
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        commands: ({ command }) => ({
          dock: command({ put: 'slots/{slot}', params: { slot: Slot }, body, decide }),
        }),
      }),
    ),
    'lamps: the body of "dock" has the field "slot", the name of a path parameter',
  );
});
parameters('include the id', () => {
  const body = z.strictObject({ id: Slot });
  assert.is(
    collisionOf(() =>
      defineService({ ...base, commands: ({ create }) => ({ add: create({ body, decide }) }) }),
    ),
    'lamps: the body of "add" has the field "id", the name of a path parameter',
  );
});
parameters.run();

const slips = suite('a definition that could not be served');

for (const path of ['/x/', 'x/:y', 'x/*y', 'x y?z', 'x//y', '..', 'x{y}']) {
  slips(`has the path ${path}`, () =>
    assert.is(
      collisionOf(() =>
        defineService({ ...base, commands: ({ command }) => ({ dock: command({ post: path, decide }) }) }),
      ).split('; ')[0],
      `lamps: the path "${path}" of "dock" must consist of segments: letters, digits, "_" and "-", or one {parameter}`,
    ),
  );
}
slips('has an optional parameter in a path', () =>
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        commands: ({ command }) => ({
          dock: command({ put: '{slot}', params: { slot: Slot.optional() }, decide }),
        }),
      }),
    ),
    'lamps: the path parameter "slot" of "dock" must not be optional',
  ),
);
slips('has an array as a parameter of a query or a path', () =>
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        commands: ({ command }) => ({
          dock: command({ put: '{slot}', params: { slot: z.array(Slot) }, decide }),
        }),
        queries: ({ query }) => ({
          total: query({ params: { of: z.array(z.string()) }, result: z.int(), answer: () => 1 }),
        }),
      }),
    ),
    'lamps: the parameter "of" of "total" must be a text, a number or a boolean, not an array; ' +
      'the parameter "slot" of "dock" must be a text, a number or a boolean, not an array',
  ),
);
slips('has an object, or what is sent as an array, as a parameter', () => {
  const joined = z
    .array(z.string())
    .transform((texts) => texts.join())
    .pipe(z.string());
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        queries: ({ query }) => ({
          total: query({ params: { at: z.object({}), of: joined }, result: z.int(), answer: () => 1 }),
        }),
      }),
    ),
    'lamps: the parameter "at" of "total" must be a text, a number or a boolean, not an object; ' +
      'the parameter "of" of "total" must be a text, a number or a boolean, not an array',
  );
});
slips('has the name of a property of every object', () =>
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        indexes: { toString: () => '' },
        commands: ({ command }) => ({ valueOf: command({ decide }) }),
        queries: ({ query }) => ({
          total: query({ params: { isPrototypeOf: z.string() }, result: z.int(), answer: () => 1 }),
        }),
      }),
    ),
    'lamps: the verb "valueOf" has the name of a property of every object; ' +
      'the index "toString" has the name of a property of every object; ' +
      'the parameter "isPrototypeOf" of "total" has the name of a property of every object',
  ),
);
slips('has an index by the id', () =>
  assert.is(
    collisionOf(() => defineService({ ...base, indexes: { id: () => '' } })),
    'lamps: the index "id" has the name of a field of every entity',
  ),
);
slips.run();
