/** The command line of `npm run import`. */

import { parseArgs } from 'node:util';
import { messageOf } from '../../src/kit/domain/error-message.ts';
import { formats, type Format } from './formats/input.ts';
import { UsageError } from './usage-error.ts';

export const help = `npm run import -- FILE [FILE …]

Reads laptops and ports from CSV or NDJSON files and publishes them as events. Invalid rows are reported and skipped.
Importing a file again creates no duplicates, and existing values are never overwritten.

A laptop has id, title, model and optionally ports (port ids, separated by spaces). A port has id and name:

  id,title,model,ports                    {"id":1,"title":"Lenovo","model":"S3","ports":[1,3]}
  1,Lenovo,S3,1 3                         {"id":1,"name":"USB-C"}

The first line of a CSV file names its columns. An NDJSON file may contain both laptops and ports.

  FILE                     a .csv, .ndjson or .jsonl file; - reads standard input and requires --format
  --format csv|ndjson      format of all files; default: by file extension
  --delimiter CHARACTER    CSV field delimiter; default , (\\t for a tab)
  --dry-run                only validate the rows; needs no broker
  --all-errors             show all errors, not only the first 20 of each file
  --concurrency N          maximum number of rows in flight; default 2000
  --give-up-after SECONDS  time limit for retries while the broker is unavailable; default 30

Environment:
  NATS_URL                 URL of the broker; default nats://localhost:4222
  NATS_CREDS, NATS_NKEY, NATS_CA, NATS_CERT, NATS_KEY, NATS_INBOX_PREFIX
                           credentials and TLS: see docs/security.md

Exit codes: 0 if all rows are stored, 1 if some are not, 2 if the command line is invalid, 130 after Ctrl-C.
`;

export type Arguments = {
  readonly files: readonly string[];
  readonly format: Format | undefined;
  readonly delimiter: string;
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
  const delimiter = values.delimiter === '\\t' ? '\t' : values.delimiter;
  if (delimiter.length !== 1) throw new UsageError('--delimiter must be a single character');
  return {
    files: positionals,
    format: readFormat(values.format),
    delimiter,
    isDryRun: values['dry-run'],
    shownPerFile: values['all-errors'] ? Infinity : defaultShownPerFile,
    concurrency: readNumber('--concurrency', values.concurrency, 1, 100_000),
    giveUpAfterMs: 1000 * readNumber('--give-up-after', values['give-up-after'], 1, 86_400),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        format: { type: 'string' },
        delimiter: { type: 'string', default: ',' },
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

function readNumber(name: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < min || number > max)
    throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not ${text}`);
  return number;
}
