import { readFaultArguments, type FaultArguments } from '../fault-arguments.ts';
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

/** @throws UsageError */
export function readArguments(args: readonly string[]): FaultArguments | 'help' {
  return readFaultArguments(args, 'scenario', all);
}
