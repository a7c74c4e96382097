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
for (const [name, reason] of [
  ['limit', 'the index "limit" has the name of a query parameter'],
  ['sort', 'the index "sort" has the name of a query parameter'],
  ['a-b', 'the index "a-b" must consist of letters and digits'],
] as const) {
  test(`rejects the index ${name}`, () =>
    assert.throws(() => defineService({ ...base, indexes: { [name]: () => '' } }), reason));
}
test('rejects a verb that has the name of a method of the client, or cannot be a token of a subject', () => {
  for (const [verb, reason] of [
    ['follow', 'the verb "follow" has the name of a method of the client'],
    ['switch.on', 'the verb "switch.on" must consist of letters'],
  ] as const)
    assert.throws(
      () => defineService({ ...base, commands: ({ command }) => ({ [verb]: command({ decide }) }) }),
      reason,
    );
});
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
