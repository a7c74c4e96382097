/** Runs the modes. `linearizability.ts` starts this script in namespaces of its own. */

import { createCleanup } from '../../../test/support/faults/scenario.ts';
import { runChecks, type Check } from '../checks.ts';
import { readArguments } from './arguments.ts';
import { createNetwork } from './network.ts';
import { runMode } from './run-mode.ts';

/** The starting process disconnects when it is interrupted or ends. Ctrl-C reaches this process as well. */
const interruptions = ['SIGINT', 'SIGTERM', 'disconnect'] as const;

const [checker = '', ...args] = process.argv.slice(2);
const parsed = readArguments(args);
if (parsed !== 'help') {
  const cleanup = createCleanup();
  const interruption = new AbortController();
  for (const event of interruptions) {
    process.on(event, () => {
      if (interruption.signal.aborted) return;
      interruption.abort(new Error('interrupted'));
      // The kernel ends what is left, because this is the first process of its namespace.
      void cleanup.close().finally(() => process.exit(130));
    });
  }
  const { names, minutes, seed } = parsed;
  const { signal } = interruption;
  const network = await createNetwork();
  const checks = names.map<Check>((name) => ({
    name,
    run: () =>
      runMode(name, {
        network,
        checker,
        seed,
        signal,
        durationMs: (minutes * 60_000) / names.length,
        defer: cleanup.defer,
      }).catch((error: unknown) => {
        if (signal.aborted) return { verdict: 'skipped', reason: 'interrupted' };
        throw error;
      }),
  }));
  const { failed } = await runChecks(checks, (text) => process.stdout.write(text), signal);
  if (!signal.aborted) process.exit(failed > 0 ? 1 : 0);
}
