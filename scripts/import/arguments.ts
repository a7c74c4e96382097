/** The command line of `npm run import`. */

import { parseArgs } from 'node:util';
import { formats, type Format } from './formats/input.ts';
import { UsageError } from './usage-error.ts';

export const help = `npm run import -- FILE [FILE …]

Reads laptops and ports from CSV or NDJSON files and publishes them as events. Rows that are wrong are reported and
left out. Importing again adds nothing twice, and what is already there is never changed.

A laptop has id, title, model and, if it likes, ports (ids of ports, separated by spaces); a port has id and name:

  id,title,model,ports                    {"id":1,"title":"Lenovo","model":"S3","ports":[1,3]}
  1,Lenovo,S3,1 3                         {"id":1,"name":"USB-C"}

The first line of a CSV file names its columns. An NDJSON file may mix laptops and ports.

  FILE                     ends in .csv, .ndjson or .jsonl; - is standard input and needs --format
  --format csv|ndjson      what the files hold, whatever their names
  --delimiter CHARACTER    between the fields of CSV; default , and \\t is a tab
  --dry-run                only look at the rows; needs no broker
  --all-errors             show every wrong row, not only the first 20 of each file
  --concurrency N          rows in flight at once; default 2000
  --give-up-after SECONDS  how long to wait for a broker that is away; default 30

Environment:
  NATS_URL                 the broker; default nats://localhost:4222
  NATS_CREDS, NATS_NKEY, NATS_CA, NATS_CERT, NATS_KEY, NATS_INBOX_PREFIX
                           who asks, and whom to trust: docs/security.md

Ends with 0 when all rows are there now, 1 when some are not, 2 when the command line is wrong, 130 after Ctrl-C.
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

const shownByDefault = 20;

/** Undefined when help is asked for. @throws UsageError */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  if (positionals.length === 0) throw new UsageError('which file? --help tells more');
  const delimiter = values.delimiter === '\\t' ? '\t' : values.delimiter;
  if (delimiter.length !== 1) throw new UsageError('--delimiter has to be one character');
  return {
    files: positionals,
    format: readFormat(values.format),
    delimiter,
    isDryRun: values['dry-run'],
    shownPerFile: values['all-errors'] ? Infinity : shownByDefault,
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
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message}; --help tells more`, { cause: error });
  }
}

function readFormat(text: string | undefined): Format | undefined {
  const format = formats.find((name) => name === text);
  if (format === undefined && text !== undefined)
    throw new UsageError(`--format has to be ${formats.join(' or ')}, not ${text}`);
  return format;
}

function readNumber(name: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < min || number > max)
    throw new UsageError(`${name} has to be a whole number from ${min} to ${max}, not ${text}`);
  return number;
}
