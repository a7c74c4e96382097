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
const decide = () => [];
const Slot = z.int();

const test = suite('defineService');

test('accepts names that do not collide', () => {
  defineService({ ...base, indexes: { colour: (lamp) => lamp.colour } });
});
for (const name of ['limit', 'after', 'asOf', 'sort', 'cursor']) {
  test(`rejects the index ${name}, a query parameter`, () =>
    assert.throws(
      () => defineService({ ...base, indexes: { [name]: () => '' } }),
      `lamps: the index "${name}" has the name of a query parameter`,
    ));
}
for (const name of ['a-b', 'A', '1a', '', 'a b', 'a.b']) {
  test(`rejects the name ${JSON.stringify(name)}`, () =>
    assert.throws(
      () => defineService({ ...base, indexes: { [name]: () => '' } }),
      `the index "${name}" must consist of letters and digits and begin with a lower-case letter`,
    ));
}
for (const verb of ['list', 'get', 'asOf', 'history', 'rejections', 'follow', 'then']) {
  test(`rejects the verb ${verb}, a method of the client`, () =>
    assert.throws(
      () => defineService({ ...base, commands: ({ command }) => ({ [verb]: command({ decide }) }) }),
      `the verb "${verb}" has the name of a method of the client`,
    ));
}
for (const name of ['now', 'actor', 'find']) {
  test(`rejects the followed service ${name}, a field of the context`, () =>
    assert.throws(
      () => defineService({ ...base, follows: { [name]: contract } }),
      `the followed service "${name}" has the name of a field of the context`,
    ));
}
for (const name of ['get', 'list', 'digest']) {
  test(`rejects the query ${name}, which every service has`, () =>
    assert.throws(
      () =>
        defineService({
          ...base,
          queries: ({ query }) => ({ [name]: query({ result: z.int(), answer: () => 1 }) }),
        }),
      `the query "${name}" has the name of a query of every service`,
    ));
}
test('rejects a query with the name of a method of the client or of a command, which is one too', () => {
  const declare = (name: string) => () =>
    defineService({
      ...base,
      commands: ({ command }) => ({ light: command({ decide }) }),
      queries: ({ query }) => ({ [name]: query({ result: z.int(), answer: () => 1 }) }),
    });
  assert.throws(declare('history'), 'the query "history" has the name of a method of the client');
  assert.throws(declare('light'), 'the query "light" has the name of a command');
  assert.not.throws(declare('brightest'));
});
test('names all collisions', () =>
  assert.throws(
    () => defineService({ ...base, aliases: ['lamps'], indexes: { sort: () => '' } }),
    /^lamps: the index "sort" .*; the alias "lamps" is also another name of the service$/,
  ));
test('rejects a parameter that the path has twice', () =>
  assert.throws(
    () =>
      defineService({
        ...base,
        commands: ({ command }) => ({
          dock: command({ put: '{slot}/{slot}', params: { slot: Slot }, decide }),
        }),
      }),
    'the path "{slot}/{slot}" of "dock" has the parameter "slot" twice',
  ));
test('rejects the name of a followed service that has the name of a field of the context', () =>
  assert.throws(
    () => defineService({ ...base, follows: { now: contract } }),
    'the followed service "now" has the name of a field of the context',
  ));
test('rejects an alias that is the name of the service', () =>
  assert.throws(() => defineService({ ...base, aliases: ['lamps'] }), 'the alias "lamps"'));
test('rejects a noun that has the name of a field of a reply', () =>
  assert.throws(
    () => defineService({ ...base, contract: { ...contract, noun: 'position' } }),
    'the noun "position" has the name of a field of a reply',
  ));
test('rejects parameters that differ from those in the path', () => {
  assert.throws(
    () =>
      defineService({
        ...base,
        commands: ({ command }) => ({ dock: command({ put: 'slots/{slot}', decide }) }),
      }),
    'the path "slots/{slot}" of "dock" has the parameter "slot", but `params` does not',
  );
  assert.throws(
    () =>
      defineService({
        ...base,
        commands: ({ command }) => ({ dock: command({ put: 'slots', params: { slot: Slot }, decide }) }),
      }),
    '`params` of "dock" has "slot", but the path "slots" does not',
  );
});
test('rejects a field of a body that has the name of a parameter, also in one alternative', () => {
  const body = z.union([z.strictObject({ on: z.boolean() }), z.strictObject({ slot: Slot })]);
  assert.throws(
    () =>
      defineService({
        ...base,
        commands: ({ command }) => ({
          dock: command({ put: 'slots/{slot}', params: { slot: Slot }, body, decide }),
        }),
      }),
    'the body of "dock" has the field "slot", the name of a path parameter',
  );
  assert.throws(
    () =>
      defineService({
        ...base,
        commands: ({ create }) => ({ add: create({ body: z.strictObject({ id: Slot }), decide }) }),
      }),
    'the body of "add" has the field "id"',
  );
});
test.run();

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
