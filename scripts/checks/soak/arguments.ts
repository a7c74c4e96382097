/** What the soak is asked to do. */

import { parseArgs } from 'node:util';
import { scenarios } from './turns.ts';

const all = Object.keys(scenarios);

export const help = `npm run test:soak [-- [--minutes N] [--scenario NAME]… [--seed N]]

Breaks the services and their brokers in turn, for as long as asked, and then compares every answer and every
replica with the log. It starts its own brokers and services on free ports, and keeps nothing.
  --minutes N       how long; the turn that is under way is ended first; default 5
  --scenario NAME   only this one; may be given more than once; default all:
${all.map((name) => `                      ${name}`).join('\n')}
  --seed N          the same seed makes the same choices, though never the same timing; default 1
  --help            this text

Ctrl-C ends it early and prints the table so far. The exit code is 0 only when no write was lost or doubled, no
replica and no answer diverged from the log, and no scenario failed (130 after Ctrl-C).
`;

/** What was typed cannot be understood; the message says what. */
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
  if (unknown !== undefined) throw new UsageError(`there is no scenario "${unknown}"`);
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
