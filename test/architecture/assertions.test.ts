import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const root = fileURLToPath(new URL('../..', import.meta.url));

const tokens =
  /(?<=[(,]\s*)\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n[])+\/|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[([{}\]),]/gs;

/** Returns the first token of the second argument of every call of `throws`, or an empty text without such an argument. */
function findExpectations(source: string): string[] {
  const calls = source.split('.throws(').slice(1);
  return calls.map((call) => {
    let depth = 0;
    let isSecond = false;
    for (const [token] of call.matchAll(tokens)) {
      if (isSecond) return token;
      if ('([{'.includes(token)) depth++;
      if (')]}'.includes(token)) depth--;
      if (depth < 0) return '';
      isSecond = depth === 0 && token === ',';
    }
    return '';
  });
}

const isText = (token: string) => /^['"`]/.test(token);

const test = suite('the assertion of an error');

test('is found in the source of a test', () => {
  const calls = [
    `assert.throws(() => f(a, 'x'));`,
    `assert.throws(() => f(a, 'x'), /x, "y(/);`,
    `assert.throws(f, isProblem, 'x');`,
    `assert.throws(f, 'x');`,
    'assert.throws(\n() => f([")", `}`]),\n`x`,\n)',
  ];
  assert.equal(calls.flatMap(findExpectations).map(isText), [false, false, false, true, true]);
});
test('compares its message: uvu does not compare a text that is given to `throws`', () => {
  const files = ['src', 'test', 'scripts', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules')),
  );
  const found = files.filter((file) => findExpectations(readFileSync(join(root, file), 'utf8')).some(isText));
  assert.equal(
    found.filter((file) => !file.endsWith('assertions.test.ts')),
    [],
  );
});
test.run();
