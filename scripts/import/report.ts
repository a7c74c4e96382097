import type { Outcome } from './row-executor.ts';
import type { AnyKind } from './kinds/kind.ts';

type Counts = Record<Outcome['outcome'] | 'invalid', number>;

export type ReportOptions = {
  readonly services: readonly AnyKind['service'][];
  readonly isDryRun: boolean;
  /** Maximum number of reported rows per file; all rows are counted. */
  readonly shownPerFile: number;
  /** Writes a line, given without its line ending. */
  readonly writeLine: (line: string) => void;
};

export type Report = {
  /** Number of rows processed. */
  readonly rows: number;
  /** True if no file failed and no row was reported. */
  readonly isClean: boolean;
  /** @param kind undefined if it cannot be determined. */
  invalid(place: Place, kind: Pick<AnyKind, 'service'> | undefined, reason: string): void;
  outcome(place: Place, kind: AnyKind, outcome: Outcome): void;
  /** Records a file that could not be read completely. */
  fileFailed(file: string, reason: string): void;
  /** One line for each file with rows that were not shown, with their number. */
  omitted(): readonly string[];
  /** One line per kind, then the duration. */
  summary(seconds: number): readonly string[];
};

export type Place = { readonly file: string; readonly line: number };

export function createReport({ services, isDryRun, shownPerFile, writeLine }: ReportOptions): Report {
  const counts = new Map(services.map((service) => [service, noCounts()]));
  const reportedRows = new Map<string, number>();
  let unknownKinds = 0;
  let failedFiles = 0;
  let rows = 0;

  function reportRow({ file, line }: Place, reason: string) {
    const earlier = reportedRows.get(file) ?? 0;
    reportedRows.set(file, earlier + 1);
    if (earlier < shownPerFile) writeLine(`${file}:${line}: ${reason}`);
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
      return failedFiles === 0 && reportedRows.size === 0;
    },

    invalid(place, kind, reason) {
      if (kind !== undefined) count(kind.service, 'invalid');
      else {
        rows += 1;
        unknownKinds += 1;
      }
      reportRow(place, reason);
    },

    outcome(place, { service, noun }, outcome) {
      count(service, outcome.outcome);
      switch (outcome.outcome) {
        case 'added':
        case 'completed':
        case 'alreadyThere':
        case 'valid':
          return;
        case 'differs':
          return reportRow(place, `differs, the ${noun} is left unchanged: ${outcome.reason}`);
        case 'failed':
          return reportRow(place, `not stored: ${outcome.reason}`);
      }
    },

    fileFailed(file, reason) {
      failedFiles += 1;
      writeLine(`${file}: ${reason}`);
    },

    omitted: () =>
      [...reportedRows]
        .filter(([, number]) => number > shownPerFile)
        .map(([file, number]) => `${file}: ${number - shownPerFile} more; --all-errors shows all of them`),

    summary: (seconds) => [
      ...[...counts].map(([service, counted]) => `${service}: ${describeCounts(counted, isDryRun)}`),
      ...(unknownKinds > 0 ? [`rows of unknown kind: ${unknownKinds} invalid`] : []),
      `${rows} rows in ${seconds.toFixed(1)} s, ${Math.round(rows / Math.max(seconds, 0.001))} per second`,
    ],
  };
}

function describeCounts(counts: Counts, isDryRun: boolean): string {
  const { added, completed, alreadyThere, differs, failed, invalid, valid } = counts;
  if (isDryRun) return `${valid} valid, ${invalid} invalid`;
  return [
    `${added} added`,
    ...(completed > 0 ? [`${completed} completed`] : []),
    `${alreadyThere} already there`,
    `${differs} differ`,
    `${invalid} invalid`,
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(', ');
}

function noCounts(): Counts {
  return { added: 0, completed: 0, alreadyThere: 0, differs: 0, failed: 0, invalid: 0, valid: 0 };
}
