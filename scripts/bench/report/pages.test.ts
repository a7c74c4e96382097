import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Scenario } from '../scenario.ts';
import { renderDetails } from './details-page.ts';
import { renderResults } from './results-page.ts';
import { sampleResult } from './sample-result.ts';

const ours = { measure: 'perSecond', of: 'ours', by: 'peer' };
const scenario = (wanted: number): Scenario => ({
  title: 'Some',
  about: '',
  parts: [],
  comparisons: [
    { ...ours, atLeast: wanted },
    { ...ours, at: 1 },
  ],
});
const results = new Map([['some', sampleResult()]]);

const short = suite('RESULTS.md');

short('lists the targets with their verdicts', () => {
  assert.match(
    renderResults({ some: scenario(3) }, results),
    '| some | ours ÷ peer, 64 connections | ≥ 3 × | 2 × | **not met** |',
  );
  assert.match(renderResults({ some: scenario(2) }, results), '| ≥ 2 × | 2 × | met |');
});

short('shows the medians of the first measure', () => {
  const report = renderResults({ some: scenario(3) }, results);
  assert.match(report, '| connections | 1 | 64 |');
  assert.match(report, '| ours | 1 | 30 |');
  assert.match(report, '| absent |  | not measured |');
});

short('shows the profile of a missed target, and not that of one that is met', () => {
  assert.match(renderResults({ some: scenario(3) }, results), 'part 7 10.0 % · everything else 20.0 %');
  assert.not.match(renderResults({ some: scenario(2) }, results), 'part 7');
});

short('shows only the profiles of the settings with a missed target', () => {
  const [measure] = sampleResult().measures;
  if (measure === undefined) throw new Error('no measure');
  const settings = ['slow', 'fast'];
  const result = sampleResult({
    measures: settings.map((setting) => ({ ...measure, setting })),
    profiles: settings.map((setting) => ({ setting, kind: 'cpu', shares: [{ part: setting, share: 1 }] })),
  });
  const comparisons = [
    { ...ours, setting: 'slow', atLeast: 3 },
    { ...ours, setting: 'fast', atLeast: 1 },
  ];
  const report = renderResults({ some: { ...scenario(1), comparisons } }, new Map([['some', result]]));
  assert.match(report, '| slow | ours | 1 | 30 |');
  assert.match(report, 'slow 100.0 %');
  assert.not.match(report, 'fast 100.0 %');
});

short('has a column per subject if there are settings and only one value of the axis', () => {
  const [measure] = sampleResult().measures;
  if (measure === undefined) throw new Error('no measure');
  const series = measure.series.filter(({ at }) => at === 64);
  const measures = ['list', 'history'].map((setting) => ({ ...measure, setting, series }));
  const report = renderResults({ some: scenario(1) }, new Map([['some', sampleResult({ measures })]]));
  assert.match(report, '| 64 connections | ours | peer | absent |');
  assert.match(report, '| history | 30 | 10 | not measured |');
});

short('lists a scenario without a result as not measured', () => {
  const report = renderResults({ some: scenario(3), other: scenario(3) }, results);
  assert.match(report, '| other | ours ÷ peer | ≥ 3 × | not measured |  |');
  assert.match(report, '## Some (`other`)\n\nNot measured.');
});

short.run();

const details = suite('DETAILS.md');

details('has all ratios, the spread, the reason of a missing figure and the whole profile', () => {
  const report = renderDetails({ some: scenario(2) }, results);
  assert.match(report, '| ours ÷ peer, 1 connections | 1 × |');
  assert.match(report, '| ours | 1 (1 – 1) | 30 (10 – 200) |');
  assert.match(report, 'not measured: not installed');
  assert.match(report, 'part 9 10.0 %');
});

details('has no bar for a negative figure', () => {
  const series = [
    { subject: 'ours', at: 10, samples: [-500] },
    { subject: 'ours', at: 100, samples: [20] },
  ];
  const measure = { name: 'bytesEach', unit: 'bytes', better: 'less' as const, axis: 'laptops', series };
  const report = renderDetails({}, new Map([['some', sampleResult({ measures: [measure] })]]));
  assert.match(report, /ours +10 {2}▏ -500/);
});

details.run();
