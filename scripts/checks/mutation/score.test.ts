import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Reviewed } from './reviewed.ts';
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
const describe = (mutants: readonly Mutant[], reviewed: Reviewed = {}) =>
  describeReport(report(mutants), reviewed).trimEnd().split('\n');
const lastLine = (mutants: readonly Mutant[]) => describe(mutants).at(-1);

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
  const lines = describe([mutant('Killed'), mutant('Survived'), mutant('NoCoverage', '')]);
  assert.equal(lines, [
    'not detected and not reviewed:',
    'src/a.ts:2:5 ConditionalExpression: a > b → false',
    'src/a.ts:2:5 ConditionalExpression: a > b →  (no test executes it)',
    '',
    'scores:',
    ' 33.3 % src/a.ts (1 of 3 mutants detected)',
    '',
    'survivors: 0 reviewed, 2 not reviewed',
    'mutation score 33.3 %, below the threshold of 85 % (1 of 3 mutants detected)',
  ]);
});
survivors('puts a change of several lines into one, and shortens it', () => {
  const source = `f(\n  ${'x'.repeat(100)},\n);`;
  const location = { start: { line: 1, column: 1 }, end: { line: 3, column: 2 } };
  const changed = { ...mutant('Survived'), location };
  const [, line = ''] = describeReport({ files: { 'a.ts': { source, mutants: [changed] } } }, {}).split('\n');
  assert.match(line, /^a\.ts:1:1 .*: f\( x+… → false$/);
});
survivors.run();

const reviewed = suite('a reviewed survivor');

const line = 'if (a > b) c();';
const toFalse = 'ConditionalExpression: a > b → false';
const toTrue = 'ConditionalExpression: a > b → true';
const review = (mutants: readonly string[], of = line): Reviewed => ({
  'src/a.ts': [{ line: of, mutants, reason: 'c has no effect.' }],
  'src/not-in-this-run.ts': [{ line, mutants, reason: 'c has no effect.' }],
});

reviewed('is counted but not listed, and the score counts it as not detected', () =>
  assert.equal(
    describe([mutant('Killed'), mutant('Survived'), mutant('NoCoverage', 'true')], review([toFalse, toTrue])),
    [
      'scores:',
      ' 33.3 % src/a.ts (1 of 3 mutants detected)',
      '',
      'survivors: 2 reviewed, 0 not reviewed',
      'mutation score 33.3 %, below the threshold of 85 % (1 of 3 mutants detected)',
    ],
  ),
);
reviewed('is named if a test detects it now, unless its file was not mutated', () =>
  assert.equal(
    describe([mutant('Killed'), mutant('Survived', 'true')], review([toFalse, toTrue])).slice(0, 3),
    [
      'reviewed, but detected now, or changed (remove from reviewed.json):',
      `src/a.ts, in "${line}": ${toFalse}`,
      '',
    ],
  ),
);
reviewed('does not excuse the same change in another line, or a second time in its line', () => {
  assert.ok(
    describe([mutant('Survived')], review([toFalse], 'while (a > b) c();')).includes(
      'survivors: 0 reviewed, 1 not reviewed',
    ),
  );
  assert.ok(
    describe([mutant('Survived'), mutant('Survived')], review([toFalse])).includes(
      'survivors: 1 reviewed, 1 not reviewed',
    ),
  );
});
reviewed.run();
