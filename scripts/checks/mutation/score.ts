/** The result of a mutation run, from StrykerJS's JSON report. */

import { compareReviews, type Change, type Reviewed } from './reviewed.ts';

/** The mutation score in percent below which `npm run test:mutation` fails. */
export const threshold = 85;

type Status =
  | 'Killed'
  | 'Timeout'
  | 'Survived'
  | 'NoCoverage'
  | 'Ignored'
  | 'CompileError'
  | 'RuntimeError'
  | 'Pending';

type Mutant = {
  readonly status: Status;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: Position; readonly end: Position };
};

type Position = { readonly line: number; readonly column: number };

/** Mutants by file. */
export type Report = {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
};

/** Returns the mutation score in percent: the part of the mutants that a test detected. */
export function scoreOf(mutants: readonly Mutant[]): number {
  const detected = mutants.filter(isDetected).length;
  const missed = mutants.filter(isMissed).length;
  return detected + missed === 0 ? 100 : (100 * detected) / (detected + missed);
}

const isDetected = ({ status }: Mutant) => status === 'Killed' || status === 'Timeout';
const isMissed = ({ status }: Mutant) => status === 'Survived' || status === 'NoCoverage';

/**
 * Lists the mutants that no test detected and nobody reviewed, and the reviews of these files that no longer apply. Then the
 * score of each file and of all; reviewed mutants count as not detected.
 */
export function describeReport({ files }: Report, reviewed: Reviewed): string {
  const entries = Object.entries(files).toSorted(([a], [b]) => a.localeCompare(b));
  const all = entries.flatMap(([, { mutants }]) => mutants);
  const reviews = entries.map(([file, { source, mutants }]) => {
    const survivors = mutants.filter(isMissed).map((mutant) => toSurvivor(source, mutant));
    return { file, ...compareReviews(survivors, reviewed[file] ?? []) };
  });
  const open = reviews.flatMap((review) =>
    review.open.map((survivor) => describeSurvivor(review.file, survivor)),
  );
  const stale = reviews.flatMap((review) =>
    review.stale.map(({ line, mutant }) => `${review.file}, in "${line}": ${mutant}`),
  );
  const scores = entries.map(
    ([file, { mutants }]) => `${formatScore(scoreOf(mutants))} ${file} (${count(mutants)})`,
  );
  return [
    ...section('not detected and not reviewed:', open),
    ...section('reviewed, but detected now, or changed (remove from reviewed.json):', stale),
    ...section('scores:', scores),
    `survivors: ${all.filter(isMissed).length - open.length} reviewed, ${open.length} not reviewed`,
    `mutation score ${formatScore(scoreOf(all)).trim()}, ${verdict(all)} the threshold of ${threshold} % (${count(all)})`,
    '',
  ].join('\n');
}

const section = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : [title, ...lines, ''];

const verdict = (mutants: readonly Mutant[]) => (scoreOf(mutants) < threshold ? 'below' : 'at least');

const count = (mutants: readonly Mutant[]) =>
  `${mutants.filter(isDetected).length} of ${mutants.filter((mutant) => isDetected(mutant) || isMissed(mutant)).length} mutants detected`;

/** Rounds down, so that a score below the threshold is never shown as the threshold. */
const formatScore = (score: number) => `${(Math.floor(score * 10) / 10).toFixed(1).padStart(5)} %`;

type Survivor = Change & { readonly position: Position; readonly status: Status };

function toSurvivor(source: string, { location, mutatorName, replacement = '', status }: Mutant): Survivor {
  return {
    line: (source.split('\n')[location.start.line - 1] ?? '').trim(),
    mutant: `${mutatorName}: ${shorten(extract(source, location))} → ${shorten(replacement)}`,
    position: location.start,
    status,
  };
}

function describeSurvivor(file: string, { position: { line, column }, mutant, status }: Survivor): string {
  return `${file}:${line}:${column} ${mutant}${status === 'NoCoverage' ? ' (no test executes it)' : ''}`;
}

function extract(source: string, { start, end }: Mutant['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  // The end comes first: both may be in the same line.
  lines.push((lines.pop() ?? '').slice(0, end.column - 1));
  return [(lines[0] ?? '').slice(start.column - 1), ...lines.slice(1)].join('\n');
}

/** Puts code into one line of at most 80 characters. */
function shorten(code: string): string {
  const line = code.replaceAll(/\s+/g, ' ');
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}
