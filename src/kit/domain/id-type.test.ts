import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { integerId, isTextId, maxTextIdLength, textId, uuidId } from './id-type.ts';

const sku = textId(/^[A-Z]{3}-\d{4}$/, { example: 'ABC-1234' });
/** The pattern allows everything, so the kit alone decides. */
const anything = textId(/^[^]*$/, { example: 'x' });

const declaration = suite('textId');

const anchors = 'the pattern must begin with ^ and end with $';
const flags = 'the pattern can have no flag except u';
for (const [reason, pattern, fault] of [
  ['is empty', new RegExp(''), anchors],
  ['has no beginning', /[A-Z]+$/, anchors],
  ['has ^ only in a class', /[^a]+$/, anchors],
  ['has no end', /^[A-Z]+/, anchors],
  ['has $ only before its end', /^A$|^B/, anchors],
  ['ends in an escaped $', /^A\$/, anchors],
  ['ignores case', /^[A-Z]+$/i, flags],
  ['is global', /^[A-Z]+$/g, flags],
  ['is sticky', /^[A-Z]+$/y, flags],
  ['has several lines', /^[A-Z]+$/m, flags],
] as const) {
  declaration(`rejects a pattern that ${reason}`, () =>
    assert.throws(
      () => textId(pattern, { example: 'A' }),
      (error: unknown) =>
        error instanceof TypeError && error.message === `textId(${String(pattern)}): ${fault}`,
    ),
  );
}
declaration('accepts a pattern with the flag u', () =>
  assert.is(textId(/^[A-Z]+$/u, { example: 'A' }).parse('B'), 'B'),
);
declaration('rejects an example that does not match the pattern', () =>
  assert.throws(() => textId(/^[A-Z]+$/, { example: 'a' }), /the example "a" is not an id/),
);
declaration('rejects a pattern whose matches cannot be tokens of a subject', () => {
  for (const example of ['a.b', 'a b', '*', '>', '', '-a', 'a/b', 'ä', 'x'.repeat(65)]) {
    assert.throws(() => textId(/^[^]*$/, { example }), TypeError, example);
  }
});
declaration('generates ids only if it is given a generator', () => assert.is(sku.generate, undefined));
declaration('throws if the generator returns something else', () => {
  const { generate } = textId(/^[A-Z]+$/, { example: 'A', generate: () => 'a.b' });
  assert.throws(() => generate?.(0, 0), /generate returned "a.b", which is not an id/);
});
declaration.run();

const validation = suite('a text id');

validation('matches the pattern', () => {
  for (const type of [sku.schema.safeParse('ABC-1234').success, sku.parse('ABC-1234') !== undefined]) {
    assert.ok(type);
  }
  for (const text of ['ABC-12345', 'abc-1234', 'ABC-1234\n', ' ABC-1234', '']) {
    assert.is(sku.parse(text), undefined, text);
    assert.not(sku.schema.safeParse(text).success, text);
  }
});
validation('has at most 64 characters', () => {
  const longest = 'x'.repeat(64);
  assert.equal([anything.parse(longest), anything.parse(`${longest}x`)], [longest, undefined]);
});
validation('is not a number', () => assert.not(anything.schema.safeParse(7).success));
validation('is rejected with a single message that describes what an id is', () => {
  for (const text of ['a.b', 'x'.repeat(99), 'abc']) {
    assert.equal(
      sku.schema.safeParse(text).error?.issues.map(({ message }) => message),
      [`must be ${sku.description}`],
    );
  }
});
validation('is tested with the pattern only if it is short', () => {
  const slow = textId(/^(?:a+)+b$/, { example: 'ab' });
  assert.is(slow.parse('a'.repeat(10_000)), undefined);
  assert.not(slow.schema.safeParse('a'.repeat(10_000)).success);
});
validation('is described by its pattern in JSON Schema', () => {
  const { type, pattern, maxLength, example } = z.toJSONSchema(sku.schema);
  assert.equal(
    { type, pattern, maxLength, example },
    { type: 'string', pattern: '^[A-Z]{3}-\\d{4}$', maxLength: maxTextIdLength, example: 'ABC-1234' },
  );
});
validation(
  'consists of letters, digits, - and _, and begins with a letter or a digit, whatever the pattern allows',
  () => {
    const text = fc.oneof(
      fc.string({ maxLength: 70 }),
      fc.stringMatching(/^[A-Za-z0-9_.-]{0,70}$/),
      fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,70}$/),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const isValid = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(candidate);
        assert.is(anything.parse(candidate), isValid ? candidate : undefined);
        assert.is(anything.schema.safeParse(candidate).success, isValid);
      }),
    );
  },
);
validation.run();

const uuids = suite('uuidId');

uuids('generates ids that are UUIDs', () => {
  const id = uuidId.generate?.(0, 0) ?? '';
  assert.is(uuidId.parse(id), id);
  assert.is.not(uuidId.generate?.(0, 0), id);
});
uuids('rejects upper case, so that an entity has one id', () =>
  assert.is(uuidId.parse(uuidId.example.toUpperCase()), undefined),
);
uuids.run();

const kinds = suite('isTextId');

kinds('distinguishes texts from integers', () => {
  assert.ok(isTextId(sku));
  assert.not(isTextId(integerId));
});
kinds.run();

const forms = suite('the short form of an id');

forms('is the pattern, or the first integers', () =>
  assert.equal([sku.form, integerId.form], ['^[A-Z]{3}-\\d{4}$', '1, 2, 3 …']),
);
forms.run();
