import { parseArgs } from 'node:util';
import { messageOf } from '../../src/kit/domain/error-message.ts';

/** The command line is invalid. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type FaultArguments = {
  readonly minutes: number;
  readonly seed: number;
  /** What to run: the names on the command line, or all of them. */
  readonly names: readonly string[];
};

/**
 * Reads the command line of a check that injects faults: `--minutes`, `--seed`, `--help` and a repeatable option (such as
 * `--mode`) that selects from `all`.
 *
 * @throws UsageError
 */
export function readFaultArguments(
  args: readonly string[],
  option: string,
  all: readonly string[],
): FaultArguments | 'help' {
  const { values } = parse(args, option);
  if (values.help) return 'help';
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new UsageError(`--minutes must be a positive number, not "${values.minutes}"`);
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new UsageError(`--seed must be an integer, not "${values.seed}"`);
  const selected = values[option];
  const names = Array.isArray(selected) ? selected.map(String) : all;
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new UsageError(`unknown ${option} "${unknown}"`);
  return { minutes, seed, names };
}

function parse(args: readonly string[], option: string) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '5' },
        [option]: { type: 'string', multiple: true },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}
