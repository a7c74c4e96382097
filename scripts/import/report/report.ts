import { messageOf } from '../../../src/kit/domain/error-message.ts';
import type { Outcome } from '../broker/row-executor.ts';
import type { Original } from '../../../src/kit/console/import/send/rejected-text.js';
import type { AnyKind } from '../kinds/kind.ts';

import { createRejectedRows, type RejectedRows } from './rejected-rows.ts';

type Counts = Record<Outcome['outcome'] | 'invalid', number>;

/** Number of rows of a file that a dry run shows. */
const sampleLength = 5;

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
  /**
   * @param kind undefined if it cannot be determined.
   * @param original undefined if the row cannot be corrected and imported.
   */
  invalid(
    place: Place,
    kind: Pick<AnyKind, 'service'> | undefined,
    reason: string,
    original: Original | undefined,
  ): void;
  outcome(place: Place, kind: AnyKind, outcome: Outcome, original: Original): void;
  /** Records a file that could not be read completely. */
  fileFailed(file: string, reason: string): void;
  /** Shows lines that help a person, once. */
  hint(lines: readonly string[]): void;
  /** Records how one of the first rows of a file would be stored. */
  sample(place: Place, preview: () => readonly string[]): void;
  /** The first rows of each file as they would be stored. */
  readonly samples: readonly string[];
  /** One line for each file with rows that were not shown, with their number. */
  omitted(): readonly string[];
  /** Completes the files of rejected rows. Returns a line for each. */
  closeRejected(): readonly string[];
  /** One line per kind, then the duration. */
  summary(seconds: number): readonly string[];
};

export type Place = { readonly file: string; readonly line: number };

export function createReport({ services, isDryRun, shownPerFile, writeLine }: ReportOptions): Report {
  const counts = new Map(services.map((service) => [service, noCounts()]));
  const reportedRows = new Map<string, number>();
  const rejected = new Map<string, RejectedRows>();
  const hints = new Set<string>();
  const samples: string[] = [];
  const sampledRows = new Map<string, number>();
  let unknownKinds = 0;
  let failedFiles = 0;
  let rows = 0;

  function reportRow({ file, line }: Place, reason: string, original: Original | undefined) {
    if (original !== undefined && !isDryRun) rejectedRowsOf(file).add(original, line, reason);
    const earlier = reportedRows.get(file) ?? 0;
    reportedRows.set(file, earlier + 1);
    if (earlier < shownPerFile) writeLine(`${file}:${line}: ${reason}`);
  }

  function rejectedRowsOf(file: string): RejectedRows {
    const existing = rejected.get(file);
    if (existing !== undefined) return existing;
    const created = createRejectedRows(file);
    rejected.set(file, created);
    return created;
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

    invalid(place, kind, reason, original) {
      if (kind !== undefined) count(kind.service, 'invalid');
      else {
        rows += 1;
        unknownKinds += 1;
      }
      reportRow(place, reason, original);
    },

    outcome(place, { service, noun }, outcome, original) {
      count(service, outcome.outcome);
      switch (outcome.outcome) {
        case 'added':
        case 'completed':
        case 'alreadyThere':
        case 'valid':
          return;
        case 'differs':
          return reportRow(place, `differs, the ${noun} is left unchanged: ${outcome.reason}`, original);
        case 'failed':
          return reportRow(place, `not stored: ${outcome.reason}`, original);
      }
    },

    fileFailed(file, reason) {
      failedFiles += 1;
      writeLine(`${file}: ${reason}`);
    },

    hint(lines) {
      const text = lines.join('\n');
      if (text !== '' && !hints.has(text)) writeLine(text);
      hints.add(text);
    },

    sample({ file, line }, preview) {
      const earlier = sampledRows.get(file) ?? 0;
      if (earlier >= sampleLength) return;
      sampledRows.set(file, earlier + 1);
      if (earlier === 0) samples.push(`${file}: the first rows as they would be stored`);
      samples.push(...preview().map((event) => `  ${line}: ${event}`));
    },

    get samples() {
      return samples;
    },

    omitted: () =>
      [...reportedRows]
        .filter(([, number]) => number > shownPerFile)
        .map(([file, number]) => `${file}: ${number - shownPerFile} more; --all-errors shows all of them`),

    closeRejected: () => Array.from(rejected, ([file, rows]) => describeRejected(file, rows)),

    summary: (seconds) => [
      ...[...counts].map(([service, counted]) => `${service}: ${describeCounts(counted, isDryRun)}`),
      ...(unknownKinds > 0 ? [`rows of unknown kind: ${unknownKinds} invalid`] : []),
      `${rows} rows in ${seconds.toFixed(1)} s, ${Math.round(rows / Math.max(seconds, 0.001))} per second`,
    ],
  };
}

function describeRejected(file: string, rows: RejectedRows): string {
  try {
    return `rejected rows, to be corrected and imported: ${rows.close()}`;
  } catch (error) {
    return `${file}: ${messageOf(error)}`;
  }
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
