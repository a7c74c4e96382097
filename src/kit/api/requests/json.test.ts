import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Problem } from '../../domain/problem.ts';
import { parseJson } from './json.ts';

const Body = z.strictObject({ name: z.string(), tags: z.array(z.strictObject({ id: z.int() })).optional() });
const encode = (text: string) => new TextEncoder().encode(text);

function problemOf(bytes: Uint8Array): Problem {
  try {
    parseJson(Body, bytes);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('the body was accepted');
}

const test = suite('a JSON body');

test('is parsed and validated', () =>
  assert.equal(parseJson(Body, encode('{"name":"é😀"}')).parsed, { name: 'é😀' }));
test('that is not UTF-8 is malformed', () => {
  for (const bytes of [[0xff], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xc3]]) {
    const { code, message, cause } = problemOf(Uint8Array.from(bytes));
    assert.equal([code, message], ['malformed', 'The body is not UTF-8. Send JSON in UTF-8.']);
    assert.instance(cause, TypeError);
  }
});
test('that is not JSON is malformed, with the reason of the parser', () => {
  const { code, message, cause } = problemOf(encode('{"name":'));
  assert.is(code, 'malformed');
  assert.match(message, /^The body is not JSON: .*JSON/);
  assert.instance(cause, SyntaxError);
});
test('in UTF-16 is malformed, with its encoding', () => {
  const utf16 = Buffer.from('\ufeff{"name":"x"}', 'utf16le');
  assert.match(problemOf(utf16).message, 'not UTF-8, but UTF-16');
  assert.match(problemOf(utf16.swap16()).message, 'not UTF-8, but UTF-16');
});
test('may begin with a byte order mark', () =>
  assert.equal(parseJson(Body, encode('\ufeff{"name":"\ufeffx"}')).parsed, { name: '\ufeffx' }));
test('that has a key twice is malformed, with the path of the key', () => {
  for (const [text, pointer] of [
    ['{"name":"x","name":"y"}', '/name'],
    ['{"name":"x","name":"x"}', '/name'],
    ['{"name":"x","n\\u0061me":"y"}', '/name'],
    ['{"name":"x","tags":[{"id":1},{"id":1,"id":2}]}', '/tags/1/id'],
    ['{"name":"x","":1,"":2}', '/'],
    ['{"name":"x","a/b":{"~":1,"~":1}}', '/a~1b/~0'],
    ['{"name":"x","__proto__":1,"__proto__":2}', '/__proto__'],
    ['{"toString":1,"name":"x","toString":1}', '/toString'],
  ] as const) {
    const { code, message, locations } = problemOf(encode(text));
    assert.equal(
      [code, message],
      ['malformed', `The body has the key ${pointer} more than once. Send each key once.`],
    );
    assert.equal(locations, [{ pointer, detail: 'Repeated key' }]);
  }
});
test('may have the same key in several objects', () =>
  assert.ok(parseJson(Body, encode('{"name":"name","tags":[{"id":1},{"id":1}]}'))));
test('that is nested as deep as its size allows is malformed', () => {
  for (const text of [
    `${'['.repeat(32_000)}${']'.repeat(32_000)}`,
    `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`,
  ])
    assert.is(problemOf(encode(text)).message, 'The body is nested too deeply.');
});
test('of another shape is invalid, with the location and reason of each error', () => {
  const { code, message, locations } = problemOf(encode('{"tags":[{"id":1},{"id":"x","a/b":1,"c~":2}]}'));
  assert.equal([code, message], ['invalid', 'The body does not match the schema.']);
  assert.equal(
    locations.map(({ pointer }) => pointer),
    ['/name', '/tags/1/id', '/tags/1/a~1b', '/tags/1/c~0'],
  );
  assert.equal(
    locations.slice(2).map(({ detail }) => detail),
    ['Unknown field. Accepted: id.', 'Unknown field. Accepted: id.'],
  );
  assert.match(locations[0]?.detail ?? '', 'expected string');
});
test('that is not an object is invalid at the root', () =>
  assert.equal(
    problemOf(encode('1')).locations.map(({ pointer }) => pointer),
    [''],
  ));
test.run();
