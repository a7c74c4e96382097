import { parseArgs } from 'node:util';
import { modes } from './modes.ts';

const all = Object.keys(modes);

export const help = `npm run test:linearizability [-- [--minutes N] [--mode NAME]… [--seed N]]

Starts three nats-servers and three replicas of the laptop service, each in its own network namespace. Clients write and
read a few laptops (Wait-For-Position: latest) through all replicas while faults are injected. Then porcupine checks that the
responses for each laptop are linearizable: as if every request had been executed at one instant between request and
response.
  --minutes N     duration of all modes together; a fault that has begun is completed first; default 5
  --mode NAME     run only this mode; may be repeated; default: all of
${all.map((name) => `                    ${name.padEnd(14)} ${modes[name]?.description}`).join('\n')}
  --seed N        seed of the random choices; the timing still varies; default 1
  --help          show this text

Needs Linux, root, ip (iproute2), unshare (util-linux) and Go; without them, the test is skipped with the reason. All processes
and namespaces end with the run, also after Ctrl-C. For a mode that fails, the history and a page for each laptop are written
to .tools/linearizability.
`;

/** The command line is invalid. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type LinearizabilityArguments = {
  readonly minutes: number;
  readonly seed: number;
  readonly names: readonly string[];
};

/** @throws UsageError */
export function readArguments(args: readonly string[]): LinearizabilityArguments | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new UsageError(`--minutes must be a positive number, not "${values.minutes}"`);
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new UsageError(`--seed must be an integer, not "${values.seed}"`);
  const names = values.mode ?? all;
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new UsageError(`unknown mode "${unknown}"`);
  return { minutes, seed, names };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '5' },
        mode: { type: 'string', multiple: true },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
