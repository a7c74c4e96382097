import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { typescriptArgs } from '../../../scripts/typescript-args.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const test = suite('portside freeze');

test('says that nothing is new', () => {
  const args = [...typescriptArgs, pathOf('src/kit/cli/portside.ts'), 'freeze'];
  const output = execFileSync(process.execPath, [...args, pathOf('examples/docks/src/dock.ts')], {
    encoding: 'utf8',
  });
  assert.is(output, 'nothing new: every event shape is frozen\n');
});
test.run();
