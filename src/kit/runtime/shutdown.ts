import type { Logger } from './observability/logger.ts';

/**
 * Calls `stop` once, on SIGTERM, on SIGINT, or when the parent process has exited. Then exits with code 0,
 * or with code 1 if `stop` failed or took longer than `timeoutMs` milliseconds.
 */
export function onShutdown(logger: Logger, timeoutMs: number, stop: () => Promise<void>): void {
  let stopping = false;

  function begin(reason: string) {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, 'stopping');
    setTimeout(() => {
      logger.error({ timeoutMs }, 'shutdown timed out; exiting');
      process.exit(1);
    }, timeoutMs).unref();
    stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'shutdown failed');
        process.exit(1);
      },
    );
  }

  process.on('SIGTERM', () => begin('SIGTERM'));
  process.on('SIGINT', () => begin('SIGINT'));
  process.on('disconnect', () => begin('launcher exited'));
  // The launcher may have exited before the listener was added.
  if (process.send !== undefined && !process.connected) begin('launcher exited');
}
