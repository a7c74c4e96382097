import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { locateIssues } from './locate-issues.ts';

function locate(schema: z.ZodType, value: unknown, kind?: 'field' | 'parameter') {
  const { error } = schema.safeParse(value);
  if (error === undefined) throw new Error('the value is valid');
  return locateIssues(error, schema, kind).map(({ pointer, detail }) => `${pointer} ${detail}`);
}

const Part = z.strictObject({ name: z.string(), size: z.int().optional() });
const Body = z.strictObject({ title: z.string(), part: Part.nullable(), parts: z.array(Part).optional() });

const issues = suite('locateIssues');

issues('names the keys that are accepted in place of an unknown one, at any depth', () => {
  const value = { title: 'x', part: { name: 'x', 'a/b': 1 }, parts: [{ name: 'x', y: 1, z: 1 }], other: 1 };
  assert.equal(locate(Body, value), [
    '/part/a~1b Unknown field. Accepted: name, size.',
    '/parts/0/y Unknown field. Accepted: name, size.',
    '/parts/0/z Unknown field. Accepted: name, size.',
    '/other Unknown field. Accepted: title, part, parts.',
  ]);
  assert.equal(locate(z.strictObject({}), { x: 1 }, 'parameter'), [
    '/x Unknown parameter. None is accepted.',
  ]);
});
issues('explains the best alternative of a union', () => {
  const Target = z.union([
    z.strictObject({ location: z.string(), floor: z.int() }),
    z.strictObject({ storeroom: z.literal(true) }),
  ]);
  assert.equal(locate(Target, { location: 'A', floor: 'x' }), [
    '/floor Invalid input: expected number, received string',
  ]);
  assert.equal(locate(z.strictObject({ to: Target }), { to: { storeroom: true, x: 1 } }), [
    '/to/x Unknown field. Accepted: location, floor, storeroom.',
  ]);
});
issues('lists what every alternative of a union accepts if none is better, and what a key has to be', () => {
  const at = (schema: z.ZodType, value: unknown) => locate(z.object({ at: schema }), { at: value });
  assert.equal(at(z.union([z.int(), z.literal('all')]), true), [
    '/at Invalid input: expected number, received boolean, or Invalid input: expected "all"',
  ]);
  assert.equal(at(z.union([z.literal('desk'), z.object({ room: z.string() })]), {}), [
    '/at Invalid input: expected "desk", or room: Invalid input: expected string, received undefined',
  ]);
  assert.equal(at(z.record(z.string().max(1), z.int()), { ab: 1 }), [
    '/at/ab Invalid key in record: Too big: expected string to have <=1 characters',
  ]);
});
issues('keeps the message of a union that has one', () =>
  assert.equal(locate(z.union([z.string(), z.int()], 'must be a text or a number'), true), [
    ' must be a text or a number',
  ]),
);
issues.run();
