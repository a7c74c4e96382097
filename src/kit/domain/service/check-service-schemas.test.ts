/** Schemas that `checkService` rejects. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import {
  Added,
  base,
  collisionOf,
  contract,
  decide,
  relation,
} from '../../../../test/support/lamp-definition.ts';
import { defineEvents } from '../event-schema.ts';
import { defineService } from './define-service.ts';

const results = suite('the result of a query');

results('is not optional, because undefined is not JSON', () => {
  const define = (result: z.ZodType) =>
    collisionOf(() =>
      defineService({ ...base, queries: ({ query }) => ({ first: query({ result, answer: () => null }) }) }),
    );
  const rejected = 'lamps: the result of the query "first" is optional; use `nullable`';
  assert.is(define(z.string().optional()), rejected);
  assert.match(define(z.union([z.string(), z.undefined()])), rejected);
  assert.is(define(z.string().nullable()), 'none');
});
results.run();

const bodies = suite('the body of a command');

const object = z.object({ watts: z.int() });
for (const [kind, body] of Object.entries({
  'a nested union': z.union([z.union([object, object]), object]),
  'an optional object': object.optional(),
  'an array': z.array(object),
  'an intersection': z.intersection(object, object),
  'a transformed object': object.transform(({ watts }) => watts),
  'a preprocessed object': z.preprocess((value) => value, object),
  'not a schema': {},
})) {
  bodies(`is rejected if it is ${kind}, which JavaScript allows`, () =>
    assert.match(
      collisionOf(() =>
        // @ts-expect-error The compiler rejects it.
        defineService({ ...base, commands: ({ command }) => ({ light: command({ body, decide }) }) }),
      ),
      /^lamps: the body of "light" must be an object/,
    ),
  );
}
bodies('is required if the command creates or replaces', () =>
  assert.match(
    collisionOf(() =>
      // @ts-expect-error The compiler rejects it.
      defineService({ ...base, commands: ({ create }) => ({ add: create({ decide }) }) }),
    ),
    /^lamps: the body of "add" must be an object/,
  ),
);
bodies('is required if the command replaces, and the message states what it can be', () =>
  assert.is(
    collisionOf(() =>
      // @ts-expect-error The compiler rejects it.
      defineService({ ...base, commands: ({ replace }) => ({ revise: replace({ decide }) }) }),
    ),
    'lamps: the body of "revise" must be an object (`z.object`) or a union of objects; ' +
      'parts of it can be optional, arrays or transformed, but not the body itself',
  ),
);
bodies('can be an object or a union of objects, also with a refinement', () => {
  for (const body of [
    object.refine(() => true),
    z.union([object, object]),
    z.discriminatedUnion('type', [z.object({ type: z.literal('a') }), z.object({ type: z.literal('b') })]),
  ])
    assert.is(
      collisionOf(() =>
        defineService({ ...base, commands: ({ command }) => ({ light: command({ body, decide }) }) }),
      ),
      'none',
    );
});
bodies.run();

const schemaIds = suite('the ids of schemas');

schemaIds('must differ between the document and a body', () =>
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        document: z.object({ id: z.int().optional() }).meta({ id: 'Thing' }),
        commands: ({ create }) => ({
          add: create({ body: z.strictObject({ on: z.boolean() }).meta({ id: 'Thing' }), decide }),
        }),
      }),
    ),
    'lamps: the schema id "Thing" is that of different schemas of the document and of the body of "add"',
  ),
);
schemaIds('must differ within a document', () => {
  const named = (field: string) => z.object({ [field]: z.int() }).meta({ id: 'Part' });
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        document: z.object({ one: named('a').optional(), other: named('b').optional() }),
      }),
    ),
    'lamps: the schema id "Part" is that of different schemas of the document, twice',
  );
});
schemaIds('must differ between the events, the results of queries and the documents of relations', () => {
  const named = (field: string) => z.object({ [field]: z.int() }).meta({ id: 'S' });
  const events = defineEvents({ Added: { schema: Added.extend({ size: named('a') }) } });
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        contract: { ...contract, events },
        queries: ({ query }) => ({ total: query({ result: named('b'), answer: () => ({ b: 1 }) }) }),
        relations: { rooms: { ...relation, document: named('c') } },
      }),
    ),
    'lamps: the schema id "S" is that of different schemas of the events and of the result of "total"; ' +
      'the schema id "S" is that of different schemas of the events and of the document of the relation "rooms"',
  );
});
schemaIds('must not be those of the kit', () => {
  for (const id of ['Problem', 'RejectedMessage', 'Status', 'LampCloudEvent']) {
    assert.is(
      collisionOf(() =>
        defineService({ ...base, document: z.object({ id: z.int().optional() }).meta({ id }) }),
      ),
      `lamps: the schema id "${id}" is that of different schemas of the kit and of the document`,
    );
  }
});
schemaIds('may be those of one schema in several places', () => {
  const body = z.strictObject({ on: z.boolean() }).meta({ id: 'Switched' });
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        document: z.object({ last: body.optional() }),
        commands: ({ create, command }) => ({
          add: create({ body, decide }),
          turn: command({ body, decide }),
        }),
      }),
    ),
    'none',
  );
});
schemaIds.run();

const described = suite('a schema that JSON Schema cannot describe');

const date = 'cannot be described in the API documents: Date cannot be represented in JSON Schema';

described('is rejected with the names of the command and the field', () => {
  const body = z.strictObject({
    due: z.date(),
    plan: z.array(z.object({ days: z.tuple([z.date().optional()]) })),
  });
  assert.is(
    collisionOf(() =>
      defineService({ ...base, commands: ({ command }) => ({ plan: command({ body, decide }) }) }),
    ),
    `lamps: the field "plan[].days[]" of the body of "plan" ${date}; the field "due" of the body of "plan" ${date}`,
  );
});
described('is rejected as a parameter of a command or a query, and in a result', () =>
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        commands: ({ command }) => ({
          plan: command({ put: 'days/{day}', params: { day: z.coerce.date() }, decide }),
        }),
        queries: ({ query }) => ({
          due: query({
            params: { before: z.date() },
            result: z.string().transform((text) => text.length),
            answer: () => '',
          }),
        }),
      }),
    ),
    'lamps: the result of "due" cannot be described in the API documents: Transforms cannot be represented in JSON Schema; ' +
      `the parameter "day" of "plan" ${date}; the parameter "before" of "due" ${date}`,
  ),
);
described('may be transformed in a body, whose input is described', () => {
  const body = z.strictObject({ due: z.iso.date().transform((text) => new Date(text)) });
  assert.is(
    collisionOf(() =>
      defineService({ ...base, commands: ({ command }) => ({ plan: command({ body, decide }) }) }),
    ),
    'none',
  );
});
described.run();
