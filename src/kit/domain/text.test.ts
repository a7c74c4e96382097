import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { text } from './text.ts';

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
rejecting('with a reason that names Unicode if it contains a lone surrogate', () =>
  assert.match(Name.safeParse('\ud83d').error?.message ?? '', 'must be well-formed Unicode'),
);
rejecting.run();
