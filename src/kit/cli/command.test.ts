import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArguments } from './command.ts';

const test = suite('the arguments of a command');

test('are its options and its positional arguments', () => {
  const { values, positionals } = parseArguments(['--noun', 'mouse', 'mice'], { noun: { type: 'string' } });
  assert.equal([values.noun, positionals], ['mouse', ['mice']]);
});
for (const [args, reason] of [
  [['--nonun', 'mouse'], "Unknown option '--nonun'; see --help"],
  [['--noun'], "Option '--noun <value>' argument missing; see --help"],
] as const) {
  test(`are rejected, with the reason only: ${args.join(' ')}`, () =>
    assert.throws(
      () => parseArguments([...args], { noun: { type: 'string' } }),
      (error: unknown) => error instanceof Error && error.message === reason,
    ));
}
test.run();
