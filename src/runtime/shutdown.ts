/** How a process ends: once, in order, and by force when the order hangs. */

import type { Log } from './log.ts';

/**
 * Calls `stop` on SIGTERM, SIGINT, or when the launcher that started this process is gone, and exits: 0 when `stop`
 * came to its end, 1 when it failed or took longer than `timeoutMs` milliseconds.
 */
export function onShutdown(log: Log, timeoutMs: number, stop: () => Promise<void>): void {
  let stopping = false;

  function begin(reason: string) {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    setTimeout(() => {
      log.error({ timeoutMs }, 'the shutdown hangs; ending by force');
      process.exit(1);
    }, timeoutMs).unref();
    stop().then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'the shutdown failed');
        process.exit(1);
      },
    );
  }

  process.on('SIGTERM', () => begin('SIGTERM'));
  process.on('SIGINT', () => begin('SIGINT'));
  process.on('disconnect', () => begin('the launcher is gone'));
  // It may have gone before anyone listened.
  if (process.send !== undefined && !process.connected) begin('the launcher is gone');
}
