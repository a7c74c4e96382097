import type { Arguments } from './arguments.ts';
import type { Importer } from './importer.ts';
import { openInput, type Input } from './formats/input.ts';
import type { Interruption } from './interruption.ts';
import { createPool } from './pool.ts';
import { startProgress } from './progress.ts';
import { createReport, type Place } from './report.ts';
import { readRows } from './formats/rows.ts';

export type ImportOptions = Pick<Arguments, 'delimiter' | 'isDryRun' | 'shownPerFile' | 'concurrency'> & {
  readonly inputs: readonly Input[];
  readonly importers: readonly Importer[];
  readonly interruption: Interruption;
};

/**
 * Imports the rows of all files with limited concurrency and prints a report.
 *
 * Returns true if every row of every file is stored (in a dry run: is valid).
 */
export async function importFiles(options: ImportOptions): Promise<boolean> {
  const { inputs, importers, interruption, delimiter, isDryRun, shownPerFile, concurrency } = options;
  const started = performance.now();
  const pool = createPool(concurrency);
  let bytesOfEarlierFiles = 0;
  let current: { readonly bytesRead: number } | undefined;
  let last: Place | undefined;

  const progress = startProgress(addSizes(inputs), () => ({
    bytes: bytesOfEarlierFiles + (current?.bytesRead ?? 0),
    rows: report.rows,
  }));
  const services = importers.map(({ service }) => service);
  const report = createReport({ services, isDryRun, shownPerFile, writeLine: progress.writeLine });

  async function importFile(input: Input) {
    const { file, format } = input;
    const bytes = openInput(input, interruption.signal);
    current = bytes;
    try {
      for await (const row of readRows(bytes, { format, delimiter, importers })) {
        if (interruption.signal.aborted) break;
        const place = { file, line: row.line };
        last = place;
        if ('error' in row) report.invalid(place, row.importer, row.error);
        else {
          const { importer, execute } = row;
          await pool.start(async () => report.outcome(place, importer, await execute()));
        }
      }
    } catch (error) {
      if (!interruption.signal.aborted) report.fileFailed(file, String(error));
    } finally {
      bytesOfEarlierFiles += bytes.bytesRead;
      current = undefined;
    }
  }

  for (const input of inputs) if (!interruption.signal.aborted) await importFile(input);
  await pool.drain();
  progress.stop();

  for (const line of report.omitted()) process.stderr.write(`${line}\n`);
  if (interruption.signal.aborted) process.stderr.write(`${describeEnd(interruption, last)}\n`);
  const heading = isDryRun ? ['dry run: nothing was stored'] : [];
  const summary = [...heading, ...report.summary((performance.now() - started) / 1000)];
  process.stdout.write(`${summary.join('\n')}\n`);
  return report.isClean && !interruption.signal.aborted;
}

/** Returns undefined if any size is unknown. */
function addSizes(inputs: readonly Input[]): number | undefined {
  return inputs.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
}

function describeEnd({ exitCode }: Interruption, last: Place | undefined): string {
  const reason = exitCode === undefined ? 'the broker is unavailable' : 'interrupted';
  const lastRow =
    last === undefined ? 'no rows were read' : `reading stopped after ${last.file}:${last.line}`;
  return `${reason}: ${lastRow}. Run the import again to continue; it creates no duplicates.`;
}
