import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderComparison } from './compare-page.ts';
import { sampleResult } from './sample-result.ts';

const page = suite('the comparison of two checkouts');

page('has both figures and their ratio per round, and leaves out the peers', () => {
  const series = [
    { subject: 'Portside', at: 8, samples: [10, 20, 60] },
    { subject: 'Portside at abc1234', at: 8, samples: [10, 10, 20] },
    { subject: 'Portside', at: 64, samples: [1] },
    { subject: 'Portside at abc1234', at: 64, samples: [], missing: 'broken' },
    { subject: 'peer', at: 8, samples: [5] },
  ];
  const measures = [
    { name: 'p99', setting: 'slow', unit: 'ms', better: 'less' as const, axis: 'connections', series },
  ];
  const text = renderComparison([sampleResult({ measures })], ' at abc1234');
  assert.match(text, '|  | connections | this checkout | at abc1234 | ratio |');
  assert.match(text, '| slow: Portside | 8 | 20 | 10 | 2 × (1 – 3) |');
  assert.match(text, '| slow: Portside | 64 | 1 | not measured |  |');
  assert.match(text, '**Latency, 99th percentile, ms** (less is better)');
  assert.not.match(text, '| peer |');
});

page.run();
