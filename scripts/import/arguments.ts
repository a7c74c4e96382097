/** The command line of `npm run import`. */

import { parseArgs } from 'node:util';
import { messageOf } from '../../src/kit/domain/error-message.ts';
import { parseColumnMap, type ColumnMap } from './columns/column-map.ts';
import { formats, type Format } from './formats/format.ts';
import { encodingOf } from './formats/text/encoding.ts';
import { UsageError } from './usage-error.ts';

export type Arguments = {
  /** As they were given. */
  readonly args: readonly string[];
  readonly files: readonly string[];
  readonly format: Format | undefined;
  readonly map: ColumnMap;
  readonly ignoresUnknown: boolean;
  readonly headerLine: number;
  readonly sheet: string | undefined;
  /** WHATWG name. */
  readonly encoding: string | undefined;
  readonly delimiter: string | undefined;
  readonly isDryRun: boolean;
  readonly shownPerFile: number;
  readonly concurrency: number;
  readonly giveUpAfterMs: number;
};

const defaultShownPerFile = 20;

/** Returns undefined for `--help`. @throws UsageError */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  if (positionals.length === 0) throw new UsageError('no file given; see --help');
  return {
    args,
    files: positionals,
    format: readFormat(values.format),
    map: parseColumnMap(values.map),
    ignoresUnknown: values['ignore-unknown-columns'],
    headerLine: readNumber('--header-line', values['header-line'], 1, 1_000_000),
    sheet: values.sheet,
    encoding: readEncoding(values.encoding),
    delimiter: readDelimiter(values.delimiter),
    isDryRun: values['dry-run'],
    shownPerFile: values['all-errors'] || values['dry-run'] ? Infinity : defaultShownPerFile,
    concurrency: readNumber('--concurrency', values.concurrency, 1, 100_000),
    giveUpAfterMs: 1000 * readNumber('--give-up-after', values['give-up-after'], 1, 86_400),
  };
}

/** Returns a command like the given one, with further options. */
export function commandWith(args: readonly string[], options: readonly string[]): string {
  return ['npm run import --', ...[...args, ...options].map(quoteForShell)].join(' ');
}

function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        format: { type: 'string' },
        map: { type: 'string', multiple: true, default: [] },
        'ignore-unknown-columns': { type: 'boolean', default: false },
        'header-line': { type: 'string', default: '1' },
        sheet: { type: 'string' },
        encoding: { type: 'string' },
        delimiter: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        'all-errors': { type: 'boolean', default: false },
        concurrency: { type: 'string', default: '2000' },
        'give-up-after': { type: 'string', default: '30' },
      },
    });
  } catch (error) {
    const message = messageOf(error);
    throw new UsageError(`${message}; see --help`, { cause: error });
  }
}

function readFormat(text: string | undefined): Format | undefined {
  const format = formats.find((name) => name === text);
  if (format === undefined && text !== undefined)
    throw new UsageError(`--format must be ${formats.join(' or ')}, not ${text}`);
  return format;
}

function readEncoding(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  const name = encodingOf(label);
  if (name === undefined)
    throw new UsageError(
      `--encoding ${label} is not known; it must be a name such as windows-1252, windows-1251, utf-16le, macintosh or shift_jis`,
    );
  return name;
}

function readDelimiter(text: string | undefined): string | undefined {
  const delimiter = text === '\\t' ? '\t' : text;
  if (delimiter !== undefined && delimiter.length !== 1)
    throw new UsageError('--delimiter must be a single character');
  return delimiter;
}

function readNumber(name: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < min || number > max)
    throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not ${text}`);
  return number;
}
