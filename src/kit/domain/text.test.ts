import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { text } from './text.ts';

const Name = text(5);

const accepting = suite('text is what a person gave, without the space around it');

accepting('it is trimmed', () => assert.is(Name.parse(' \t USB \r\n'), 'USB'));
accepting('space inside stays', () => assert.is(Name.parse('a  b'), 'a  b'));
accepting('one character is enough', () => assert.is(Name.parse('x'), 'x'));
accepting('the limit is counted after trimming', () =>
  assert.is(Name.parse(`  ${'x'.repeat(5)}  `), 'xxxxx'),
);
accepting('it may be any Unicode', () => assert.is(Name.parse('né😀'), 'né😀'));
accepting.run();

const refusing = suite('text is refused');

for (const [what, value] of [
  ['when it is empty', ''],
  ['when it is only space', ' \u00a0\u2003\n'],
  ['when it is one character too long', 'x'.repeat(6)],
  ['when a lone high surrogate stands in it', 'a\ud83d'],
  ['when a lone low surrogate stands in it', '\ude00b'],
  ['when it is a number', 5],
  ['when it is null', null],
  ['when it is absent', undefined],
  ['when it is a list', ['x']],
  ['when it is an object with a toString', { toString: () => 'x' }],
] as const) {
  refusing(what, () => assert.not(Name.safeParse(value).success));
}
refusing.run();
