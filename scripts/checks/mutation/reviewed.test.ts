import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readReviewed } from './reviewed.ts';
import { findMutatedFiles } from './scope.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const files = findMutatedFiles(root);
const collapse = (code: string) => code.replaceAll(/\s+/g, ' ');

const test = suite('reviewed.json');

test('names only files that are mutated', () =>
  assert.equal(
    Object.keys(readReviewed()).filter((file) => !files.includes(file)),
    [],
  ));
test('names only lines, and code to replace, that the files contain', () => {
  for (const [file, reviews] of Object.entries(readReviewed())) {
    const source = readFileSync(join(root, file), 'utf8');
    const lines = new Set(source.split('\n').map((line) => line.trim()));
    for (const { line, mutants } of reviews) {
      assert.ok(lines.has(line), `${file} has no line "${line}"`);
      for (const mutant of mutants) {
        const [, original] = /^\w+: (.*?)…? → /.exec(mutant) ?? [];
        assert.ok(
          original !== undefined && collapse(source).includes(original),
          `${file} does not contain the code to replace: "${mutant}"`,
        );
      }
    }
  }
});
test('has a reason for every review: a sentence', () => {
  for (const { line, mutants, reason } of Object.values(readReviewed()).flat()) {
    assert.match(reason, /^[A-Z`"].{10,}\.$/s, line);
    assert.ok(mutants.length > 0, line);
  }
});
test.run();
