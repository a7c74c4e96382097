import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { defineEvents } from '../event-schema.ts';
import { defineService } from './define-service.ts';
import { nounsOf } from './nouns.ts';

const Added = z.object({ type: z.literal('Added') });
type Added = z.infer<typeof Added>;
type Lamp = { readonly colour: string } | undefined;

const contract = {
  name: 'lamps',
  noun: 'lamp',
  streamFile: new URL('file:///lamps.json'),
  events: defineEvents({ Added: { schema: Added } }),
  fold: { initial: undefined as Lamp, evolve: (_lamp: Lamp, _event: Added): Lamp => ({ colour: 'red' }) },
};
const base = {
  module: 'file:///lamps.ts',
  contract,
  version: '1.0.0',
  defaults: { httpPort: 0, probePort: 0 },
  commands: () => ({}),
  document: z.object({}),
  present: () => ({}),
};
const relation = { each: () => [], document: z.object({}), present: () => ({}) };
const decide = () => [];
const Slot = z.int();

/** Returns why a definition is rejected. */
function collisionOf(define: () => unknown): string {
  try {
    define();
    return 'none';
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

const results = suite('the result of a query');

results('is not optional, because undefined is not JSON', () => {
  const define = (result: z.ZodType) =>
    collisionOf(() =>
      defineService({ ...base, queries: ({ query }) => ({ first: query({ result, answer: () => null }) }) }),
    );
  const rejected = 'lamps: the result of the query "first" is optional; use `nullable`';
  assert.is(define(z.string().optional()), rejected);
  assert.is(define(z.union([z.string(), z.undefined()])), rejected);
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

const reserved = suite('a name that the kit uses itself');

for (const name of ['limit', 'after', 'asOf', 'sort', 'cursor']) {
  reserved(`is not an index: ${name}`, () =>
    assert.is(
      collisionOf(() => defineService({ ...base, indexes: { [name]: () => '' } })),
      `lamps: the index "${name}" has the name of a query parameter`,
    ),
  );
}
for (const verb of ['list', 'get', 'asOf', 'history', 'rejections', 'follow', 'then']) {
  reserved(`is not a verb: ${verb}`, () =>
    assert.is(
      collisionOf(() =>
        defineService({ ...base, commands: ({ command }) => ({ [verb]: command({ decide }) }) }),
      ),
      `lamps: the verb "${verb}" has the name of a method of the client`,
    ),
  );
}
for (const name of ['now', 'actor', 'find']) {
  reserved(`is not a followed service: ${name}`, () =>
    assert.is(
      collisionOf(() => defineService({ ...base, follows: { [name]: contract } })),
      `lamps: the followed service "${name}" has the name of a field of the context`,
    ),
  );
}
for (const [name, ...owners] of [
  ['get', 'query of every service', 'method of the client'],
  ['list', 'query of every service', 'method of the client'],
  ['digest', 'query of every service'],
  ['rooms', 'relation'],
] as const) {
  reserved(`is not a query: ${name}`, () =>
    assert.is(
      collisionOf(() =>
        defineService({
          ...base,
          relations: { rooms: relation },
          queries: ({ query }) => ({ [name]: query({ result: z.int(), answer: () => 1 }) }),
        }),
      ),
      `lamps: ${owners.map((owner) => `the query "${name}" has the name of a ${owner}`).join('; ')}`,
    ),
  );
}
for (const name of ['get', 'list']) {
  reserved(`is not a relation: ${name}`, () =>
    assert.is(
      collisionOf(() => defineService({ ...base, relations: { [name]: relation } })),
      `lamps: the relation "${name}" has the name of a query over NATS`,
    ),
  );
}
for (const noun of ['position', 'next', 'cursor']) {
  reserved(`is not a noun: ${noun}`, () => {
    const expected = `lamps: the noun "${noun}" has the name of a field of a reply`;
    for (const words of [{ noun }, { noun: 'lamp', plural: noun }])
      assert.is(
        collisionOf(() => defineService({ ...base, contract: { ...contract, ...words } })),
        expected,
      );
  });
}
reserved.run();

const test = suite('the names of a service');

test('may be any others', () =>
  assert.is(
    collisionOf(() =>
      defineService({
        ...base,
        aliases: ['lights'],
        follows: { rooms: contract },
        indexes: { colour: (lamp) => lamp.colour },
        queries: ({ query }) => ({ total: query({ result: z.int(), answer: () => 1 }) }),
        commands: ({ command }) => ({
          dock: command({ put: 'slots/{slot}', params: { slot: Slot }, body: z.strictObject({}), decide }),
        }),
      }),
    ),
    'none',
  ));
for (const name of ['a-b', 'A', '1a', '', 'a b', 'a.b']) {
  test(`must be a token of a subject and a property: ${JSON.stringify(name)}`, () =>
    assert.is(
      collisionOf(() => defineService({ ...base, indexes: { [name]: () => '' } })),
      `lamps: the index "${name}" must consist of letters and digits and begin with a lower-case letter`,
    ));
}
test('must differ from each other', () =>
  assert.is(
    collisionOf(() => defineService({ ...base, aliases: ['lights', 'lamps', 'lights'] })),
    'lamps: the alias "lamps" is also another name of the service; the alias "lights" is also another name of the service',
  ));
test('of a query must differ from the methods of the client and from the commands', () => {
  const collisionOfQuery = (name: string) =>
    collisionOf(() =>
      defineService({
        ...base,
        commands: ({ command }) => ({ light: command({ decide }) }),
        queries: ({ query }) => ({ [name]: query({ result: z.int(), answer: () => 1 }) }),
      }),
    );
  assert.equal(['history', 'light', 'brightest'].map(collisionOfQuery), [
    'lamps: the query "history" has the name of a method of the client',
    'lamps: the query "light" has the name of a command',
    'none',
  ]);
});
test('are all named that collide', () =>
  assert.is(
    collisionOf(() => defineService({ ...base, aliases: ['lamps'], indexes: { sort: () => '' } })),
    'lamps: the index "sort" has the name of a query parameter; the alias "lamps" is also another name of the service',
  ));
test.run();

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

const words = suite('the nouns');

words('have the plural and the article of the definition, or of the name and the first letter', () => {
  assert.equal(nounsOf('batteries', { noun: 'battery' }), {
    noun: 'battery',
    plural: 'batteries',
    one: 'a battery',
  });
  assert.is(nounsOf('adapters', { noun: 'adapter' }).one, 'an adapter');
  assert.is(nounsOf('units', { noun: 'unit', article: 'a' }).one, 'a unit');
  assert.is(nounsOf('staff', { noun: 'person', plural: 'people' }).plural, 'people');
});
words.run();
