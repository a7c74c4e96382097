import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError } from '../fault-arguments.ts';
import { readImports } from '../imports.ts';
import { findMutatedFiles, findTests, mutatedPaths } from './scope.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const files = findMutatedFiles(root);

const scope = suite('the files of the mutation run');

for (const path of mutatedPaths) {
  scope(`include ${path}, which exists`, () => {
    const below = findMutatedFiles(root, [path]);
    assert.ok(below.length > 0);
    assert.equal(
      below.filter((file) => file.endsWith('.test.ts')),
      [],
    );
  });
}
scope('can be limited to a folder or file', () => {
  assert.ok(findMutatedFiles(root, ['src/kit/domain/']).every((file) => file.startsWith('src/kit/domain/')));
  assert.equal(findMutatedFiles(root, ['src/kit/domain/text.ts', './src/kit/domain/text.ts']), [
    'src/kit/domain/text.ts',
  ]);
});
scope('cannot be limited to a path that contains none', () => {
  for (const path of ['src/kit/dom', 'src/kit/http/server/app.ts', 'src/kit/domain/text.test.ts'])
    assert.throws(
      () => findMutatedFiles(root, [path]),
      (error: unknown) => error instanceof UsageError,
    );
});
scope('do not open connections, files or processes', () => {
  const imports = readImports(root, ['src']);
  const impure = files.flatMap((file) =>
    (imports.get(file) ?? []).filter((specifier) => /^node:(?!buffer$|http$)/.test(specifier)),
  );
  assert.equal(impure, []);
});
scope.run();

const tests = suite('the tests of the mutation run');

tests('are those that import a mutated file and need no broker', async () => {
  const found = await findTests(root, files);
  for (const test of [
    'src/kit/eventlog/view/view.test.ts',
    'src/laptops/laptop.test.ts',
    'test/http/parse.test.ts',
  ])
    assert.ok(found.includes(test), test);
  for (const test of ['test/rest/basics.test.ts', 'src/kit/http/server/rate-limit.test.ts'])
    assert.not(found.includes(test), test);
});
tests('of a file include those that import it through another mutated file', async () => {
  const found = await findTests(root, ['src/kit/eventlog/view/position-clock.ts']);
  assert.ok(found.includes('src/kit/eventlog/view/position-clock.test.ts'));
  assert.ok(found.includes('src/kit/eventlog/view/view.test.ts'));
  assert.not(found.includes('src/kit/domain/text.test.ts'));
});
tests.run();
