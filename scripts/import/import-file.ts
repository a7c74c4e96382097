import { messageOf } from '../../src/kit/domain/error-message.ts';
import { commandWith } from './arguments.ts';
import type { ColumnPreview } from './columns/preview.ts';
import type { Input } from './formats/input.ts';
import { openRows, type OpenRows } from './formats/open-rows.ts';
import type { Row } from './formats/rows.ts';
import { EncodingFault } from './formats/text/encoding.ts';
import type { ImportOptions } from './import-files.ts';
import type { Pool } from './pool.ts';
import type { Place, Report } from './report/report.ts';

export type FileOptions = Omit<ImportOptions, 'inputs' | 'concurrency'> & {
  readonly pool: Pool;
  readonly report: Report;
  onOpen(opened: OpenRows): void;
  onRow(place: Place): void;
};

/** Starts to import the rows of a file, and reports those that are invalid. Resolves when the last row was started. */
export async function importFile(input: Input, options: FileOptions): Promise<void> {
  const { interruption, report } = options;
  const { file } = input;
  const { signal } = interruption;
  try {
    const opened = await openRows(input, options, signal);
    options.onOpen(opened);
    report.hint(opened.notes.map((note) => `${file}: ${note}`));
    try {
      for await (const row of opened.rows) {
        if (signal.aborted) break;
        await importRow(row, { file, line: row.line }, options);
      }
    } finally {
      opened.close();
    }
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof EncodingFault)) return report.fileFailed(file, messageOf(error));
    report.fileFailed(`${file}:${error.line}`, error.message);
    report.hint(await findRemedy(input, error, options));
  }
}

async function importRow(
  row: Row,
  place: Place,
  { args, isDryRun, pool, report, onRow }: FileOptions,
): Promise<void> {
  onRow(place);
  if ('error' in row) {
    report.invalid(place, row.importer, row.error, row.original);
    if (row.preview !== undefined) report.hint(describePreview(row.preview, args));
    return;
  }
  const { importer, original, execute, preview } = row;
  if (isDryRun) report.sample(place, preview);
  await pool.start(async () => report.outcome(place, importer, await execute(), original));
}

/** Returns what helps a person to import a file in another encoding: a command, which also makes the columns fit. */
async function findRemedy(
  input: Input,
  { likely }: EncodingFault,
  options: FileOptions,
): Promise<readonly string[]> {
  if (likely === undefined) return [];
  const flags = ['--encoding', likely];
  const command = [`this command fits the file: ${commandWith(options.args, flags)}`];
  if (input.size === undefined) return command;
  const { rows, close } = await openRows(
    input,
    { ...options, encoding: likely },
    options.interruption.signal,
  );
  try {
    const { value: first } = await rows.next();
    const preview = first !== undefined && 'error' in first ? first.preview : undefined;
    return preview === undefined ? command : describePreview(preview, options.args, flags);
  } finally {
    close();
  }
}

function describePreview(
  { lines, flags }: ColumnPreview,
  args: readonly string[],
  otherFlags: readonly string[] = [],
): readonly string[] {
  if (flags === undefined)
    return [...lines, 'name the columns with --map, and see --help if they are not in the first line'];
  return [...lines, `this command fits the file: ${commandWith(args, [...otherFlags, ...flags])}`];
}
