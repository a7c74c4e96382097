import { readFaultArguments, type FaultArguments } from '../fault-arguments.ts';
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

/** @throws UsageError */
export function readArguments(args: readonly string[]): FaultArguments | 'help' {
  return readFaultArguments(args, 'mode', all);
}
