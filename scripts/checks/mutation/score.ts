/** The result of a mutation run, from StrykerJS's JSON report. */

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

/** Lists the mutants that no test detected, then the score of each file and of all. */
export function describeReport({ files }: Report): string {
  const entries = Object.entries(files).toSorted(([a], [b]) => a.localeCompare(b));
  const all = entries.flatMap(([, { mutants }]) => mutants);
  const missed = entries.flatMap(([file, { source, mutants }]) =>
    mutants.filter(isMissed).map((mutant) => describeMutant(file, source, mutant)),
  );
  const scores = entries.map(
    ([file, { mutants }]) => `${formatScore(scoreOf(mutants))} ${file} (${count(mutants)})`,
  );
  const verdict = scoreOf(all) < threshold ? 'below' : 'at least';
  const total = `mutation score ${formatScore(scoreOf(all)).trim()}, ${verdict} the threshold of ${threshold} % (${count(all)})`;
  return `${[...missed, '', ...scores, '', total].join('\n')}\n`;
}

const count = (mutants: readonly Mutant[]) =>
  `${mutants.filter(isDetected).length} of ${mutants.filter((mutant) => isDetected(mutant) || isMissed(mutant)).length} mutants detected`;

/** Rounds down, so that a score below the threshold is never shown as the threshold. */
const formatScore = (score: number) => `${(Math.floor(score * 10) / 10).toFixed(1).padStart(5)} %`;

function describeMutant(file: string, source: string, mutant: Mutant): string {
  const { line, column } = mutant.location.start;
  const reason = mutant.status === 'NoCoverage' ? 'no test executes it' : 'survived';
  const original = extract(source, mutant.location);
  return `${file}:${line}:${column} ${mutant.mutatorName}, ${reason}: ${shorten(original)} → ${shorten(mutant.replacement ?? '')}`;
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
