import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import { textParamsOf } from './text-params.ts';

const params = textParamsOf({
  slot: z.int().min(1).max(12).meta({ description: 'A slot, counted from 1.', example: 3 }),
  room: z.string().min(1).optional(),
  atLeast: z.int().default(1),
  isLocked: z.boolean().optional(),
});

const test = suite('textParamsOf');

test('accepts the numbers and texts that the schemas accept', () =>
  assert.equal(params.parse({ slot: '3', room: '3', atLeast: '2' }), { slot: 3, room: '3', atLeast: 2 }));
test('accepts booleans as `true` and `false`', () => {
  const read = (isLocked: string) => params.parse({ slot: '3', isLocked })['isLocked'];
  assert.equal([read('true'), read('false')], [true, false]);
  for (const other of ['1', 'TRUE', '', 'yes']) {
    assert.not(params.safeParse({ slot: '3', isLocked: other }).success, other);
  }
});
test('uses the default of a schema, and leaves out an optional parameter', () =>
  assert.equal(params.parse({ slot: '12' }), { slot: 12, atLeast: 1 }));
test('requires a parameter without a default', () => {
  const { error } = params.safeParse({});
  assert.equal(
    error?.issues.map(({ path }) => path),
    [['slot']],
  );
});
for (const slot of ['0', '13', '03', '+3', '3.0', '3e0', ' 3', '', 'x', '1.5']) {
  test(`rejects the slot ${JSON.stringify(slot)}`, () => assert.not(params.safeParse({ slot }).success));
}
test('reports what a text should be', () => {
  const { error } = params.extend(textParamsOf({ weight: z.number() }).shape).safeParse({
    slot: 'x',
    isLocked: 'yes',
    weight: 'heavy',
  });
  assert.equal(
    error?.issues.map(({ path, message }) => [...path, message]),
    [
      ['slot', 'must be a whole number, such as 7'],
      ['isLocked', 'must be true or false'],
      ['weight', 'must be a number, such as 7'],
    ],
  );
});
test('reports what the alternatives of a union accept', () => {
  const top = z.union([z.int().min(1), z.enum(['all', 'none']), z.iso.date()]);
  const expected = [
    'must be a whole number, such as 7',
    'or Invalid option: expected one of "all"|"none"',
    'or Invalid ISO date',
  ].join(', ');
  for (const schema of [top, top.optional(), top.default('all')]) {
    const { error } = textParamsOf({ top: schema }).safeParse({ top: 'some' });
    assert.equal(
      error?.issues.map(({ message }) => message),
      [expected],
    );
  }
});
test('reports the own message of a union, and that of its refinement', () => {
  const messagesOf = (top: z.ZodType, text: string) =>
    textParamsOf({ top })
      .safeParse({ top: text })
      .error?.issues.map(({ message }) => message);
  const own = z.union([z.int(), z.literal('all')], 'a slot or all');
  assert.equal(messagesOf(own, 'some'), ['a slot or all']);
  const refined = z.union([z.int(), z.literal('all')]).refine((top) => top !== 'all', 'not all');
  assert.equal(messagesOf(refined, 'all'), ['not all']);
});
test('reports why the schema rejects a value', () => {
  const { error } = params.safeParse({ slot: '13' });
  assert.match(error?.issues[0]?.message ?? '', 'expected number to be <=12');
});
test('reports every reason', () => {
  const code = z
    .string()
    .min(3, 'too short')
    .regex(/^[a-z]+$/, 'not lower case');
  const { error } = textParamsOf({ code }).safeParse({ code: 'A' });
  assert.equal(
    error?.issues.map(({ path, message }) => [path, message]),
    [
      [['code'], 'too short'],
      [['code'], 'not lower case'],
    ],
  );
});
test('passes a schema of both texts and numbers the text if it accepts it, otherwise the number', () => {
  const top = textParamsOf({ top: z.union([z.int(), z.literal(['all', '0'])]) });
  assert.equal(
    ['all', '0', '10'].map((text) => top.parse({ top: text })),
    [{ top: 'all' }, { top: '0' }, { top: 10 }],
  );
});
test('has the parameters without a default as required ones in the API documents', () =>
  assert.equal(z.toJSONSchema(params, { io: 'input' }).required, ['slot']));
test('is described by what a client sends, not by what `decide` receives', () => {
  const since = z.string().transform((text) => new Date(text));
  assert.equal(textParamsOf({ since }).shape['since']?.meta(), { override: { type: 'string' } });
});
test('is described by the alternatives of a union, without the type of a text', () => {
  const top = textParamsOf({ top: z.union([z.int().max(9), z.boolean()]) });
  const { paths } = createDocument({
    openapi: '3.1.1',
    info: { title: '', version: '' },
    paths: { '/': { get: { requestParams: { query: top }, responses: {} } } },
  });
  const [parameter] = paths?.['/']?.get?.parameters ?? [];
  assert.equal(JSON.parse(JSON.stringify(parameter)).schema, {
    anyOf: [{ type: 'integer', minimum: -9007199254740991, maximum: 9 }, { type: 'boolean' }],
  });
});
test('is described without a reference if the schema has an id, which belongs to the value', () => {
  const slot = z.int().max(9).meta({ id: 'Slot', description: 'A slot.' });
  const { paths, components } = createDocument({
    openapi: '3.1.1',
    info: { title: '', version: '' },
    paths: {
      '/': {
        get: {
          requestParams: { query: textParamsOf({ slot, other: slot.optional() }) },
          responses: { 200: { description: '', content: { 'application/json': { schema: z.array(slot) } } } },
        },
      },
    },
  });
  const schemas = (paths?.['/']?.get?.parameters ?? []).map((each) =>
    'schema' in each ? each.schema : each,
  );
  assert.equal(
    schemas.map((schema) => JSON.stringify(schema).includes('$')),
    [false, false],
  );
  assert.equal(Object.keys(components?.schemas ?? {}), ['Slot']);
});
test('is described by the original schemas', () => {
  const meta = params.shape['slot']?.meta();
  assert.equal([meta?.['description'], meta?.['example']], ['A slot, counted from 1.', 3]);
  const override = meta?.['override'];
  assert.ok(typeof override === 'object' && override !== null);
  assert.equal(
    { ...override, description: undefined, example: undefined },
    {
      type: 'integer',
      minimum: 1,
      maximum: 12,
      description: undefined,
      example: undefined,
    },
  );
});
test.run();
