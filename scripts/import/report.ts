/** Counts what became of the rows, says which were wrong, and sums up. */

import type { Outcome } from './carry-out.ts';
import type { AnyKind } from './kinds/kind.ts';

type Counts = Record<Outcome['outcome'] | 'wrong', number>;

export type ReportOptions = {
  readonly services: readonly AnyKind['service'][];
  readonly isDryRun: boolean;
  /** At most this many rows of a file are shown; all of them are counted. */
  readonly shownPerFile: number;
  /** Takes one line about a row, without its line end. */
  readonly complain: (line: string) => void;
};

export type Report = {
  /** How many rows have been dealt with. */
  readonly rows: number;
  /** Whether every row is there now, as far as the files were read. */
  readonly isClean: boolean;
  /** @param kind undefined when it cannot be told. */
  wrong(place: Place, kind: Pick<AnyKind, 'service'> | undefined, reason: string): void;
  outcome(place: Place, kind: AnyKind, outcome: Outcome): void;
  /** A file could not be read, or not to its end. */
  brokenFile(file: string, reason: string): void;
  /** How many rows of each file were not shown, one line a file. */
  hidden(): readonly string[];
  /** One line a kind, then the time. */
  summary(seconds: number): readonly string[];
};

export type Place = { readonly file: string; readonly line: number };

export function createReport({ services, isDryRun, shownPerFile, complain }: ReportOptions): Report {
  const counts = new Map(services.map((service) => [service, noCounts()]));
  const complaints = new Map<string, number>();
  let ofNoKind = 0;
  let brokenFiles = 0;
  let rows = 0;

  function complainAbout({ file, line }: Place, reason: string) {
    const earlier = complaints.get(file) ?? 0;
    complaints.set(file, earlier + 1);
    if (earlier < shownPerFile) complain(`${file}:${line}: ${reason}`);
  }

  function count(service: AnyKind['service'], key: keyof Counts) {
    rows += 1;
    const counted = counts.get(service);
    if (counted !== undefined) counted[key] += 1;
  }

  return {
    get rows() {
      return rows;
    },

    get isClean() {
      return brokenFiles === 0 && complaints.size === 0;
    },

    wrong(place, kind, reason) {
      if (kind !== undefined) count(kind.service, 'wrong');
      else {
        rows += 1;
        ofNoKind += 1;
      }
      complainAbout(place, reason);
    },

    outcome(place, { service, noun }, outcome) {
      count(service, outcome.outcome);
      switch (outcome.outcome) {
        case 'added':
        case 'completed':
        case 'alreadyThere':
        case 'right':
          return;
        case 'differs':
          return complainAbout(place, `differs, the ${noun} is kept as it is: ${outcome.reason}`);
        case 'failed':
          return complainAbout(place, `not stored: ${outcome.reason}`);
      }
    },

    brokenFile(file, reason) {
      brokenFiles += 1;
      complain(`${file}: ${reason}`);
    },

    hidden: () =>
      [...complaints]
        .filter(([, number]) => number > shownPerFile)
        .map(([file, number]) => `${file}: ${number - shownPerFile} more; --all-errors shows them all`),

    summary: (seconds) => [
      ...[...counts].map(([service, counted]) => `${service}: ${describeCounts(counted, isDryRun)}`),
      ...(ofNoKind > 0 ? [`rows of neither kind: ${ofNoKind} wrong`] : []),
      `${rows} rows in ${seconds.toFixed(1)} s, ${Math.round(rows / Math.max(seconds, 0.001))} a second`,
    ],
  };
}

function describeCounts(counts: Counts, isDryRun: boolean): string {
  const { added, completed, alreadyThere, differs, failed, wrong, right } = counts;
  if (isDryRun) return `${right} right, ${wrong} wrong`;
  return [
    `${added} added`,
    ...(completed > 0 ? [`${completed} completed`] : []),
    `${alreadyThere} already there`,
    `${differs} differ`,
    `${wrong} wrong`,
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(', ');
}

function noCounts(): Counts {
  return { added: 0, completed: 0, alreadyThere: 0, differs: 0, failed: 0, wrong: 0, right: 0 };
}
