import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { parseStored, text } from './text.ts';

const Name = text(5);

const accepting = suite('a valid text');

accepting('is trimmed', () => assert.is(Name.parse(' \t USB \r\n'), 'USB'));
accepting('keeps inner white space', () => assert.is(Name.parse('a  b'), 'a  b'));
accepting('may have a single character', () => assert.is(Name.parse('x'), 'x'));
accepting('is measured after trimming', () => assert.is(Name.parse(`  ${'x'.repeat(5)}  `), 'xxxxx'));
accepting('may have any Unicode character', () => assert.is(Name.parse('né😀'), 'né😀'));
accepting.run();

const rejecting = suite('a text is rejected');

for (const [condition, value] of [
  ['if it is empty', ''],
  ['if it is only white space', ' \u00a0\u2003\n'],
  ['if it is one character too long', 'x'.repeat(6)],
  ['if it contains a lone high surrogate', 'a\ud83d'],
  ['if it contains a lone low surrogate', '\ude00b'],
  ['if it is a number', 5],
  ['if it is null', null],
  ['if it is undefined', undefined],
  ['if it is an array', ['x']],
  ['if it is an object with a toString method', { toString: () => 'x' }],
] as const) {
  rejecting(condition, () => assert.not(Name.safeParse(value).success));
}
rejecting.run();

const Title = text(200);
const issuesOf = (value: string) => Title.safeParse(value).error?.issues.map(({ message }) => message);

const characters = suite('the characters of a text');

for (const [value, message] of [
  ['a\0b', 'must not contain the control character U+0000 at position 2'],
  ['a\tb', 'must not contain the control character U+0009 at position 2'],
  ['a\nb', 'must not contain the control character U+000A at position 2'],
  ['\u001b[31mred', 'must not contain the control character U+001B at position 1'],
  ['a\u007f', 'must not contain the control character U+007F at position 2'],
  ['a\u0085b', 'must not contain the control character U+0085 at position 2'],
  ['a\u009f', 'must not contain the control character U+009F at position 2'],
  ['a\u2028b', 'must not contain the line separator U+2028 at position 2'],
  ['a\u2029b', 'must not contain the line separator U+2029 at position 2'],
  ['S3 \u202egpj.exe', 'must not contain the bidirectional control U+202E at position 4'],
  ['\u202aa', 'must not contain the bidirectional control U+202A at position 1'],
  ['a\u2066b\u2069', 'must not contain the bidirectional control U+2066 at position 2'],
  ['a\u2069', 'must not contain the bidirectional control U+2069 at position 2'],
  ['a\ud83d', 'must not contain the unpaired surrogate U+D83D at position 2'],
  ['\ude00b', 'must not contain the unpaired surrogate U+DE00 at position 1'],
  ['a\ufffe', 'must not contain the noncharacter U+FFFE at position 2'],
  ['a\ufdd0', 'must not contain the noncharacter U+FDD0 at position 2'],
  ['😀\u{10ffff}', 'must not contain the noncharacter U+10FFFF at position 2'],
  ['  \n😀\0', 'must not contain the control character U+0000 at position 5'],
  ['\u200b', 'must contain a visible character; U+200B at position 1 is not visible'],
  [' \u200d\u2060 ', 'must contain a visible character; U+200D at position 2 is not visible'],
  ['\u00ad', 'must contain a visible character; U+00AD at position 1 is not visible'],
  ['\u200e\u200f\u061c', 'must contain a visible character; U+200E at position 1 is not visible'],
  ['\u3164', 'must contain a visible character; U+3164 at position 1 is not visible'],
  ['\u115f\u1160', 'must contain a visible character; U+115F at position 1 is not visible'],
  ['\u2800', 'must contain a visible character; U+2800 at position 1 is not visible'],
  ['\ufe0f', 'must contain a visible character; U+FE0F at position 1 is not visible'],
  ['\u{e0100}', 'must contain a visible character; U+E0100 at position 1 is not visible'],
  ['\u{e0041}\u{e007f}', 'must contain a visible character; U+E0041 at position 1 is not visible'],
] as const) {
  characters(`are rejected: ${JSON.stringify(value)}`, () => assert.equal(issuesOf(value), [message]));
}

for (const [description, value] of [
  ['an emoji of several that are joined', '👩‍👩‍👧‍👦'],
  ['an emoji with a skin tone and a variation selector', '👍🏽 ❤️'],
  ['a flag of tags', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
  ['Persian with a zero-width non-joiner', 'می\u200cخواهم'],
  ['Arabic with a mark of direction', '\u061cلابتوب 5'],
  ['Hebrew with points and marks of direction', '\u200fשָׁלוֹם\u200e'],
  ['Indic conjuncts', 'क्\u200dष ශ්\u200dරී'],
  ['combining marks, of which a stack is long', 'Z\u0351\u036b\u0343\u036aalgo'],
  ['a decomposed letter, as it is', 'Porte\u0301ge\u0301'],
  ['Mongolian with a variation selector', 'ᠮᠣᠩ\u180bᠭᠣᠯ'],
  ['a Han character with a variation selector', '葛\u{e0100}'],
  ['a private character', '\uf8ff'],
  ['a character of a newer Unicode version than that of the runtime', '\u{1fadd}\u{323b0}'],
  ['a soft hyphen and a no-break space', 'Think\u00adPad\u00a0X1'],
] as const) {
  characters(`are accepted: ${description}`, () => assert.is(Title.parse(value), value));
}

characters('are not described by the JSON Schema, so that the frozen schemas stay the same', () =>
  assert.equal(z.toJSONSchema(Title, { target: 'draft-7' }), {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'string',
    minLength: 1,
    maxLength: 200,
  }),
);
characters.run();

const stored = suite('a stored value');
const Stored = z
  .object({ title: Title.optional(), model: Title.nullable(), notes: z.array(z.union([text(5), z.int()])) })
  .refine(({ title }) => title !== 'forbidden');
const parsed = (value: unknown) => parseStored(Stored, value);

stored('may have any characters in its texts, which are trimmed', () => {
  const { data } = parsed({ title: ' a\0b ', model: '\u202e', notes: [1, '\u200b', 'x'] });
  assert.equal(data, { title: 'a\0b', model: '\u202e', notes: [1, '\u200b', 'x'] });
});
for (const [condition, value] of [
  ['if a text has an unpaired surrogate', { model: 'a\ud800', notes: [] }],
  ['if a text has one beside a control character', { model: '\0\ud800', notes: [] }],
  ['if a text is too long', { model: '\0', notes: ['\0xxxxx'] }],
  ['if a text is empty', { title: '\0', model: ' ', notes: [] }],
  ['if another field is wrong', { title: '\0', model: 5, notes: [] }],
  ['if a refinement of the object fails', { title: 'forbidden', model: '\0', notes: [] }],
] as const) {
  stored(`is rejected ${condition}`, () => assert.not(parsed(value).success));
}
stored.run();
