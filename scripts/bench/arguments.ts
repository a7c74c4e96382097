/** What the bench is asked to do. */

import { parseArgs } from 'node:util';
import { z } from 'zod';
import { scenarios } from './scenarios.ts';

export const help = `npm run bench [-- [SCENARIO …] [options]]

Measures Portside beside its peers and beside what the machine can do, all on free ports and in temporary folders, and
writes the figures to scripts/bench/results/ and the report to scripts/bench/RESULTS.md. A scenario replaces its own
part and no other. All of them take about 40 minutes on a machine that does nothing else; without a SCENARIO all run:
${Object.entries(scenarios)
  .map(([name, { title }]) => `  ${name.padEnd(14)}${title}`)
  .join('\n')}
  --rounds N       counted rounds, after one to warm up; default 5
  --seconds S      how long load is made in a round; default 2
  --scale F        sizes (laptops, events, clients) times this; default 1
  --quick          --rounds 1 --seconds 0.5 --scale 0.001: does it all work? Writes nothing without --output
  --output FOLDER  where the results go; default scripts/bench
  --report         only writes the report again, from the figures that are there
  --help           this text
With BENCH_CPU_PROF=FOLDER every replica leaves a CPU profile there.
`;

/** What was typed cannot be understood; the message says what. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const Numbers = z.object({
  rounds: z.coerce.number<string>().int().min(1),
  seconds: z.coerce.number<string>().positive(),
  scale: z.coerce.number<string>().positive(),
});

export type BenchArguments = z.output<typeof Numbers> & {
  readonly names: readonly string[];
  readonly isReportOnly: boolean;
  /** Undefined: nothing is written. */
  readonly output: string | undefined;
};

/** @throws UsageError */
export function readArguments(args: readonly string[], defaultOutput: string): BenchArguments | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const usual = values.quick
    ? { rounds: '1', seconds: '0.5', scale: '0.001' }
    : { rounds: '5', seconds: '2', scale: '1' };
  const numbers = Numbers.safeParse({ ...usual, ...values });
  if (!numbers.success) throw new UsageError(z.prettifyError(numbers.error));
  const unknown = positionals.find((name) => !(name in scenarios));
  if (unknown !== undefined) throw new UsageError(`there is no scenario "${unknown}"`);
  return {
    ...numbers.data,
    names: positionals.length > 0 ? positionals : Object.keys(scenarios),
    isReportOnly: values.report,
    output: values.output ?? (values.quick ? undefined : defaultOutput),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        scale: { type: 'string' },
        quick: { type: 'boolean', default: false },
        output: { type: 'string' },
        report: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
