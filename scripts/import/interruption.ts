/** What ends an import before its files do: Ctrl-C, or a broker that stays away. */

import { constants } from 'node:os';

export type Interruption = {
  /** Aborted when no more rows are to be begun; those in flight are still waited for. */
  readonly signal: AbortSignal;
  /** What a shell expects of a process that a signal ended (130 after Ctrl-C); undefined when none did. */
  readonly exitCode: number | undefined;
  /** The broker stays away. */
  giveUp(): void;
  /** Signals end the process again as they always do. */
  close(): void;
};

/**
 * npm hands Ctrl-C on to its child, which has already had it from the terminal: a second one within this many
 * milliseconds is the same one. A later one ends the process at once.
 */
const sameSignalMs = 500;

export function createInterruption(): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let firstAt: number | undefined;

  const onSignal = (signal: 'SIGINT' | 'SIGTERM') => {
    exitCode ??= 128 + constants.signals[signal];
    firstAt ??= performance.now();
    if (performance.now() - firstAt > sameSignalMs) process.exit(exitCode);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    giveUp: () => controller.abort(),
    close() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
