import { parseArgs } from 'node:util';
import { z } from 'zod';
import { messageOf } from '../../src/kit/domain/error-message.ts';
import { scenarios } from './scenarios.ts';

export const help = `npm run bench [-- [SCENARIO …] [options]]

Compares Portside with other servers and with minimal programs on the same machine. Everything runs on free ports and in
temporary folders. Writes the samples to scripts/bench/results/ and the reports to scripts/bench/RESULTS.md and
DETAILS.md; each scenario replaces only its own results. Without a SCENARIO, runs all of them, which takes about an
hour on an idle machine:
${Object.entries(scenarios)
  .map(([name, { title }]) => `  ${name.padEnd(14)}${title}`)
  .join('\n')}
  --rounds N       number of measured rounds, after one warm-up round; default 5
  --seconds S      duration of the load in each round; default 2
  --scale F        factor for sizes (laptops, events, clients); default 1
  --quick          trial run: --rounds 1 --seconds 0.5 --scale 0.001. Writes nothing without --output
  --output FOLDER  folder of the stored samples and the reports; default scripts/bench
  --report         only regenerate the reports from the stored samples
  --check          compare the ratios with the stored ones, and exit with 1 if one lost more than 15 % or could not
                   be measured. Writes nothing
  --compare COMMIT also measure the services of this commit, in the same rounds, and print both. Writes nothing
                   without --output. The commit is checked out and compiled in a temporary folder
  --node-args ARGS also measure this checkout with additional arguments for Node, such as
                   --node-args=--max-semi-space-size=32, in the same rounds, as --compare does
  --help           show this text
With BENCH_CPU_PROF=FOLDER, every replica writes a CPU profile to that folder.
`;

/** The command line is invalid. */
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
  readonly mode: 'measure' | 'report' | 'check';
  /** The commit to measure beside this checkout. */
  readonly commit: string | undefined;
  /** Arguments for Node with which this checkout is also measured. */
  readonly nodeArgs: readonly string[] | undefined;
  /** Folder of the stored results. */
  readonly folder: string;
  /** True if the results are stored in the folder. */
  readonly isStored: boolean;
};

/** @throws UsageError */
export function readArguments(args: readonly string[], defaultFolder: string): BenchArguments | 'help' {
  const { values, positionals } = parse(args);
  const { compare: commit, 'node-args': nodeArgs, report, check, quick, output } = values;
  if (values.help) return 'help';
  const isComparison = commit !== undefined || nodeArgs !== undefined;
  const modes = {
    '--report': report,
    '--check': check,
    '--compare': commit !== undefined,
    '--node-args': nodeArgs !== undefined,
  };
  const [mode, other] = Object.entries(modes).flatMap(([option, isGiven]) => (isGiven ? option : []));
  if (other !== undefined) throw new UsageError(`${mode} and ${other} exclude each other`);
  const defaults = quick
    ? { rounds: '1', seconds: '0.5', scale: '0.001' }
    : { rounds: '5', seconds: '2', scale: '1' };
  const numbers = Numbers.safeParse({ ...defaults, ...values });
  if (!numbers.success) throw new UsageError(z.prettifyError(numbers.error));
  const unknown = positionals.find((name) => !Object.hasOwn(scenarios, name));
  if (unknown !== undefined) throw new UsageError(`unknown scenario "${unknown}"`);
  return {
    ...numbers.data,
    names: positionals.length > 0 ? positionals : Object.keys(scenarios),
    mode: report ? 'report' : check ? 'check' : 'measure',
    commit,
    nodeArgs: nodeArgs?.split(' ').filter((arg) => arg !== ''),
    folder: output ?? defaultFolder,
    isStored: !check && (output !== undefined || (!quick && !isComparison)),
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
        check: { type: 'boolean', default: false },
        compare: { type: 'string' },
        'node-args': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}
