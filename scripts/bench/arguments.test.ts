import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readArguments, UsageError } from './arguments.ts';
import { scenarios } from './scenarios.ts';

function read(...args: string[]) {
  const found = readArguments(args, '/kept');
  if (found === 'help') throw new Error('help');
  return found;
}

const line = suite('the command line of npm run bench');

line('measures all scenarios by default, and stores the results', () => {
  const { names, mode, folder, isStored, rounds, seconds, scale, commit } = read();
  assert.equal(names, Object.keys(scenarios));
  assert.equal(
    { mode, folder, isStored, commit },
    { mode: 'measure', folder: '/kept', isStored: true, commit: undefined },
  );
  assert.equal({ rounds, seconds, scale }, { rounds: 5, seconds: 2, scale: 1 });
});

line('stores a trial run and a comparison only with --output', () => {
  for (const args of [['--quick'], ['--compare', 'HEAD~1'], ['--node-args=--expose-gc']]) {
    assert.is(read(...args).isStored, false);
    const { isStored, folder } = read(...args, '--output', '/other');
    assert.equal({ isStored, folder }, { isStored: true, folder: '/other' });
  }
});

line('never stores a check, which reads the results in --output', () => {
  const { mode, folder, isStored } = read('--check', '--output', '/other');
  assert.equal({ mode, folder, isStored }, { mode: 'check', folder: '/other', isStored: false });
});

line('lets single options override those of --quick', () => {
  const { rounds, seconds } = read('list', '--quick', '--rounds', '3');
  assert.equal({ rounds, seconds }, { rounds: 3, seconds: 0.5 });
});

line('splits the arguments for Node at spaces', () => {
  assert.equal(read('tail', '--node-args=--expose-gc  --max-semi-space-size=32').nodeArgs, [
    '--expose-gc',
    '--max-semi-space-size=32',
  ]);
  assert.is(read('tail').nodeArgs, undefined);
});

line('rejects unknown scenarios and options, wrong numbers and modes that exclude each other', () => {
  const usage = (message: string) => (error: unknown) =>
    error instanceof UsageError && error.message.includes(message);
  assert.throws(() => read('nothing'), usage('unknown scenario "nothing"'));
  assert.throws(() => read('toString'), usage('unknown scenario "toString"'));
  assert.throws(() => read('--wrong'), usage('--wrong'));
  assert.throws(() => read('--rounds', '0'), usage('rounds'));
  assert.throws(
    () => read('--check', '--compare', 'HEAD'),
    usage('--check and --compare exclude each other'),
  );
  assert.throws(
    () => read('--compare', 'HEAD', '--node-args=--expose-gc'),
    usage('--compare and --node-args exclude each other'),
  );
  assert.throws(() => read('--report', '--check'), usage('--report and --check exclude each other'));
});

line.run();
