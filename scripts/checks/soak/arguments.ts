import { parseArgs } from 'node:util';
import { scenarios } from './scenarios.ts';

const all = Object.keys(scenarios);

export const help = `npm run test:soak [-- [--minutes N] [--scenario NAME]… [--seed N]]

Injects faults into services and brokers, and compares every response and every replica with the event log. Starts its
own brokers and services on free ports and removes their data afterwards.
  --minutes N       duration; the running scenario is completed first; default 5
  --scenario NAME   run only this scenario; may be repeated; default: all of
${all.map((name) => `                      ${name}`).join('\n')}
  --seed N          seed of the random choices; the timing still varies; default 1
  --help            show this text

Ctrl-C stops the run and prints the summary so far. The exit code is 0 only if no write was lost or duplicated, no replica
and no response diverged from the event log, and no scenario failed (130 after Ctrl-C).
`;

/** The command line is invalid. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type SoakArguments = {
  readonly minutes: number;
  readonly seed: number;
  readonly names: readonly string[];
};

/** @throws UsageError */
export function readArguments(args: readonly string[]): SoakArguments | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new UsageError(`--minutes must be a positive number, not "${values.minutes}"`);
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new UsageError(`--seed must be an integer, not "${values.seed}"`);
  const names = values.scenario ?? all;
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new UsageError(`unknown scenario "${unknown}"`);
  return { minutes, seed, names };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '5' },
        scenario: { type: 'string', multiple: true },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
