import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeReport, scoreOf, type Report } from './score.ts';

type Mutant = Report['files'][string]['mutants'][number];

const mutant = (status: Mutant['status'], replacement = 'false'): Mutant => ({
  status,
  mutatorName: 'ConditionalExpression',
  replacement,
  location: { start: { line: 2, column: 5 }, end: { line: 2, column: 10 } },
});
const repeat = (count: number, status: Mutant['status']) =>
  Array.from({ length: count }, () => mutant(status));
const report = (mutants: readonly Mutant[]): Report => ({
  files: { 'src/a.ts': { source: 'line 1\nif (a > b) c();\n', mutants } },
});
const lastLine = (mutants: readonly Mutant[]) => describeReport(report(mutants)).trimEnd().split('\n').at(-1);

const score = suite('the mutation score');

score('is the part of the mutants that a test detects, also by running into its time limit', () => {
  assert.is(scoreOf([...repeat(2, 'Killed'), mutant('Timeout'), mutant('Survived')]), 75);
  assert.is(scoreOf([mutant('Killed'), mutant('NoCoverage')]), 50);
});
score('does not include mutants that are ignored or not valid', () =>
  assert.is(scoreOf([mutant('Killed'), mutant('Ignored'), mutant('CompileError')]), 100),
);
score('is compared with the threshold, and never rounded up to it', () => {
  assert.is(
    lastLine([...repeat(85, 'Killed'), ...repeat(15, 'Survived')]),
    'mutation score 85.0 %, at least the threshold of 85 % (85 of 100 mutants detected)',
  );
  assert.is(
    lastLine([...repeat(8_499, 'Killed'), ...repeat(1_501, 'Survived')]),
    'mutation score 84.9 %, below the threshold of 85 % (8499 of 10000 mutants detected)',
  );
});
score.run();

const survivors = suite('the report');

survivors('lists the mutants that were not detected, with their change', () => {
  const lines = describeReport(
    report([mutant('Killed'), mutant('Survived'), mutant('NoCoverage', '')]),
  ).split('\n');
  assert.equal(lines.slice(0, 2), [
    'src/a.ts:2:5 ConditionalExpression, survived: a > b → false',
    'src/a.ts:2:5 ConditionalExpression, no test executes it: a > b → ',
  ]);
  assert.equal(lines.slice(2, 4), ['', ' 33.3 % src/a.ts (1 of 3 mutants detected)']);
});
survivors('puts a change of several lines into one, and shortens it', () => {
  const source = `f(\n  ${'x'.repeat(100)},\n);`;
  const location = { start: { line: 1, column: 1 }, end: { line: 3, column: 2 } };
  const changed = { ...mutant('Survived'), location };
  const [line = ''] = describeReport({ files: { 'a.ts': { source, mutants: [changed] } } }).split('\n');
  assert.match(line, /^a\.ts:1:1 .*: f\( x+… → false$/);
});
survivors.run();
