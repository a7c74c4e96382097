import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { base, contract, decide } from '../../../../test/support/lamp-definition.ts';
import { defineService } from './define-service.ts';

const body = z.strictObject({});

const test = suite('a service');

test('has nothing beyond its commands and its document by default', () => {
  const { names, nouns, follows, commands, indexes, sortable, queries, relations } = defineService(base);
  assert.equal(
    { names, nouns, follows, commands, indexes, sortable, queries, relations },
    {
      names: ['lamps'],
      nouns: { noun: 'lamp', plural: 'lamps', one: 'a lamp' },
      follows: {},
      commands: [],
      indexes: {},
      sortable: [],
      queries: [],
      relations: {},
    },
  );
});
test('has the names of its collection, the streams that it follows and their relations', () => {
  const relation = { each: () => [], document: z.object({}), present: () => ({}) };
  const { names, follows, relations } = defineService({
    ...base,
    aliases: ['lamp', 'lights'],
    follows: { rooms: contract },
    relations: { rooms: relation },
  });
  assert.equal(names, ['lamps', 'lamp', 'lights']);
  assert.is(follows['rooms']?.fold, contract.fold);
  assert.is(relations['rooms'], relation);
});
test('can be filtered by every index, and sorted by those with one key', () => {
  const { indexes, sortable } = defineService({
    ...base,
    indexes: { colour: (lamp) => lamp.colour, room: { each: (lamp) => lamp.rooms } },
  });
  assert.equal(Object.keys(indexes), ['colour', 'room']);
  assert.equal(sortable, ['colour']);
  assert.equal(indexes['room']?.({ colour: 'red', rooms: ['A', 'B'] }), ['A', 'B']);
});
test('has a path for each command: that of its route, or the verb', () => {
  const { commands } = defineService({
    ...base,
    commands: ({ create, replace, command }) => ({
      add: create({ body, decide }),
      revise: replace({ body, decide }),
      light: command({ decide }),
      dim: command({ post: 'brightness', decide }),
    }),
  });
  assert.equal(
    commands.map(({ verb, kind, path }) => [verb, kind, path]),
    [
      ['add', 'create', undefined],
      ['revise', 'replace', ''],
      ['light', 'command', 'light'],
      ['dim', 'command', 'brightness'],
    ],
  );
});
test('has its queries with their names, and no parameters unless they are declared', () => {
  const result = z.object({ count: z.int().meta({ description: 'The number of lamps.' }) });
  const params = { room: z.string() };
  const answer = () => ({ count: 1 });
  const { queries } = defineService({
    ...base,
    queries: ({ query }) => ({
      total: query({ result, answer }),
      byRoom: query({ params, result, summary: 'Count the lamps of a room', answer }),
    }),
  });
  assert.equal(queries, [
    { name: 'total', params: {}, result, summary: undefined, answer },
    { name: 'byRoom', params, result, summary: 'Count the lamps of a room', answer },
  ]);
});
test.run();
