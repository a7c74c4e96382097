import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { defineEvents } from '../../domain/event-schema.ts';
import { listShapes, toJsonSchema } from './event-shapes.ts';

const type = z.literal('ChargerAdded');
const example = { type: 'ChargerAdded', label: 'brick' };
const ChargerAdded1 = z.object({ type, label: z.string() }).meta({ examples: [example] });
const ChargerAdded2 = z.object({ type, name: z.string(), watts: z.number().optional() }).meta({
  description: 'Added.',
  examples: [{ type: 'ChargerAdded', name: 'brick' }, 'text', null, { name: 'x' }],
});
const ChargerLost = z.object({ type: z.literal('ChargerLost') });

const shapes = listShapes(
  defineEvents({
    ChargerAdded: {
      schema: ChargerAdded2,
      older: [{ schema: ChargerAdded1, upcast: ({ label, ...rest }) => ({ ...rest, name: label }) }],
    },
    ChargerLost: { schema: ChargerLost },
  }),
);

const test = suite('the shapes of events');

test('are all versions of all types, older ones first', () =>
  assert.equal(
    shapes.map(({ type: name, version, isCurrent }) => [name, version, isCurrent]),
    [
      ['ChargerAdded', 1, false],
      ['ChargerAdded', 2, true],
      ['ChargerLost', 1, true],
    ],
  ));
test('have an optional `v` in version 1', () =>
  assert.equal(shapes[0]?.schema, {
    type: 'object',
    properties: {
      type: { type: 'string', const: 'ChargerAdded' },
      v: { type: 'integer', const: 1 },
      label: { type: 'string' },
    },
    required: ['type', 'label'],
    examples: [example],
  }));
test('have a required `v` in later versions, also in their examples', () =>
  assert.equal(shapes[1]?.schema, {
    description: 'Added.',
    type: 'object',
    properties: {
      type: { type: 'string', const: 'ChargerAdded' },
      v: { type: 'integer', const: 2 },
      name: { type: 'string' },
      watts: { type: 'number' },
    },
    required: ['type', 'name', 'v'],
    examples: [{ type: 'ChargerAdded', v: 2, name: 'brick' }, 'text', null, { name: 'x' }],
  }));
test('list `v` after the type, before the other fields', () =>
  assert.equal(Object.keys(shapes[1]?.schema['properties'] ?? {}), ['type', 'v', 'name', 'watts']));
test('may have no other fields and no examples', () => {
  assert.equal(shapes[2]?.schema['required'], ['type']);
  assert.equal(shapes[2]?.schema['examples'], []);
});
test('may have no fields at all', () => {
  const events = defineEvents({ Any: { schema: z.looseObject({}).pipe(z.any()) } });
  assert.equal(listShapes(events)[0]?.schema['properties'], { v: { type: 'integer', const: 1 } });
  assert.equal(listShapes(events)[0]?.schema['required'], []);
});
test.run();

const schemas = suite('toJsonSchema');

schemas('describes the input in draft 7', () => {
  const schema = toJsonSchema(z.object({ count: z.string().transform(Number) }));
  assert.is(schema.$schema, 'http://json-schema.org/draft-07/schema#');
  assert.equal(schema.properties, { count: { type: 'string' } });
});
schemas.run();
