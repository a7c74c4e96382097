import { constants } from 'node:os';

export type Interruption = {
  /** Aborted when no more rows may be started. Rows in flight are completed. */
  readonly signal: AbortSignal;
  /** 128 + signal number (130 after Ctrl-C), the shell convention; undefined without a signal. */
  readonly exitCode: number | undefined;
  /** Called when the broker remains unavailable. */
  giveUp(): void;
  /** Restores the default handling of signals. */
  close(): void;
};

/**
 * npm forwards Ctrl-C to its child, which has already received it from the terminal. A second signal within this time, in ms, is
 * therefore ignored. A later one ends the process immediately.
 */
const sameSignalMs = 500;

/** Handles the two reasons to end an import early: a signal, or a broker that remains unavailable. */
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
