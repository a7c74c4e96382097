import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { Fold } from '../domain/decider.ts';
import { defineEvents } from '../domain/event-schema.ts';
import { defineService } from '../domain/service/define-service.ts';
import { givenService } from './given.ts';

type Item = { notes: string[]; readonly at?: number } | undefined;
const Noted = z.object({ type: z.literal('Noted'), note: z.string() });
type Noted = z.infer<typeof Noted>;
const noted = (note: string): Noted => ({ type: 'Noted', note });

/** Starts tests of an item to which notes are added; `count` modifies the state. */
const given = (evolve: Fold<Item, Noted>['evolve']) =>
  givenService(
    defineService({
      module: import.meta.url,
      contract: {
        name: 'items',
        noun: 'item',
        streamFile: new URL('file:///items.json'),
        events: defineEvents({ Noted: { schema: Noted } }),
        fold: { initial: undefined, evolve },
      },
      version: '1.0.0',
      defaults: { httpPort: 0, probePort: 0 },
      commands: ({ create, command }) => ({
        add: create({ body: z.strictObject({ note: z.string() }), decide: ({ note }) => [noted(note)] }),
        count: command({ decide: (_, item) => [noted(String(item.notes.push('')))] }),
      }),
      document: z.object({ notes: z.array(z.string()) }),
      present: ({ state: { notes } }) => ({ notes }),
    }),
    {},
  );

const append: Fold<Item, Noted>['evolve'] = (item, { note }) => ({ notes: [...(item?.notes ?? []), note] });

const test = suite('givenService');

test('passes for rules that do not modify the state', () => {
  assert.equal(given(append)(noted('b'), noted('a')).state, { notes: ['b', 'a'] });
  given(append)().when('add', { note: 'a' }).then(noted('a'));
});
test('fails if `evolve` modifies the state', () => {
  const run = given((item, { note }) => {
    if (item === undefined) return { notes: [note] };
    item.notes.push(note);
    return item;
  });
  assert.throws(
    () => run(noted('a'), noted('b')),
    /^Noted is rejected: evolve threw an error on Noted: Cannot add property 1, object is not extensible$/,
  );
});
test('fails if `decide` modifies the state', () =>
  assert.throws(
    () => given(append)(noted('b'), noted('a')).when('count').then(noted('3')),
    /not extensible/,
  ));
test('fails if `evolve` reads the time', () =>
  assert.throws(
    () => given((_, { note }) => ({ notes: [note], at: Date.now() }))(noted('a')),
    /^Noted is rejected: evolve returned two different states for the same Noted$/,
  ));
test('fails if the state is not JSON', () =>
  assert.throws(
    () => given((_, { note }) => ({ notes: [note], at: NaN }))(noted('a')),
    /^Noted is rejected: after Noted, the state\.at is not JSON: NaN$/,
  ));
test.run();
