import type { Arguments } from './arguments.ts';
import { importFile } from './import-file.ts';
import type { Importer } from './importer.ts';
import type { Input } from './formats/input.ts';
import type { Interruption } from './interruption.ts';
import { createPool } from './pool.ts';
import { startProgress } from './report/progress.ts';
import { createReport, type Place } from './report/report.ts';

export type ImportOptions = Omit<Arguments, 'files' | 'format' | 'giveUpAfterMs'> & {
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
  const { inputs, importers, interruption, isDryRun, shownPerFile, concurrency } = options;
  const started = performance.now();
  const pool = createPool(concurrency);
  let bytesOfEarlierFiles = 0;
  let bytesRead: () => number = () => 0;
  let last: Place | undefined;

  const progress = startProgress(addSizes(inputs), () => ({
    bytes: bytesOfEarlierFiles + bytesRead(),
    rows: report.rows,
  }));
  const services = importers.map(({ service }) => service);
  const report = createReport({ services, isDryRun, shownPerFile, writeLine: progress.writeLine });

  for (const input of inputs) {
    if (interruption.signal.aborted) break;
    await importFile(input, {
      ...options,
      pool,
      report,
      onOpen: (opened) => (bytesRead = opened.bytesRead),
      onRow: (place) => (last = place),
    });
    bytesOfEarlierFiles += bytesRead();
    bytesRead = () => 0;
  }
  await pool.drain();
  progress.stop();

  for (const line of report.omitted()) process.stderr.write(`${line}\n`);
  if (interruption.signal.aborted) process.stderr.write(`${describeEnd(interruption, last)}\n`);
  const heading = isDryRun ? ['dry run: nothing was stored'] : [];
  const summary = [
    ...report.samples,
    ...heading,
    ...report.summary((performance.now() - started) / 1000),
    ...report.closeRejected(),
  ];
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
