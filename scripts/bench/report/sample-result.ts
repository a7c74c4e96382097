import type { Result } from './result.ts';

/** A result for tests. */
export function sampleResult(parts: Partial<Result> = {}): Result {
  return {
    scenario: 'some',
    title: 'Some',
    about: 'something',
    command: 'npm run bench -- some',
    started: '2026-01-31T12:00:00.000Z',
    seconds: 1,
    rounds: 3,
    scale: 1,
    machine: { processor: '2 × some' },
    versions: { Node: 'v20' },
    load: { before: 0, after: 1 },
    measures: [
      {
        name: 'perSecond',
        unit: 'requests/s',
        better: 'more',
        axis: 'connections',
        series: [
          { subject: 'ours', at: 1, samples: [1, 1, 1] },
          { subject: 'peer', at: 1, samples: [1, 1, 1] },
          { subject: 'ours', at: 64, samples: [10, 200, 30] },
          { subject: 'peer', at: 64, samples: [5, 100, 10] },
          { subject: 'absent', at: 64, samples: [], missing: 'not installed' },
        ],
      },
    ],
    notes: ['a note'],
    profiles: [
      {
        kind: 'cpu',
        shares: Array.from({ length: 10 }, (_, index) => ({ part: `part ${index}`, share: 0.1 })),
      },
    ],
    ...parts,
  };
}
