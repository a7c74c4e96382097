import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nameOf, refer } from './asyncapi-document.ts';

const test = suite('a reference in an AsyncAPI document');

test('is a JSON Pointer to a path', () =>
  assert.equal(refer('components', 'messages', 'Added'), { $ref: '#/components/messages/Added' }));
test('escapes the tokens of its path (RFC 6901, section 3)', () =>
  assert.equal(refer('a/b/c', '~d~1', 'e'), { $ref: '#/a~1b~1c/~0d~01/e' }));
test('has the name of its target', () => {
  assert.is(nameOf(refer('components', 'messages', 'Added')), 'Added');
  assert.is(nameOf({ $ref: '#/x' }), 'x');
});
test.run();
