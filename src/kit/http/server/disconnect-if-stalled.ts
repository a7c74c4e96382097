import type { ServerResponse } from 'node:http';

/**
 * Closes the connection of a client that takes no data of a response for `timeoutMs` milliseconds, at most half as much more.
 * A streamed response waits for its client, so without this it could be held open forever.
 */
export function disconnectIfStalled(response: ServerResponse, timeoutMs: number): void {
  if (response.closed) return;
  const checkMs = timeoutMs / 2;
  let before = -1;
  let stalledChecks = 0;
  const timer = setInterval(() => {
    const written = response.socket?.bytesWritten ?? 0;
    stalledChecks = response.writableNeedDrain && written === before ? stalledChecks + 1 : 0;
    before = written;
    if (stalledChecks >= 2) response.destroy();
  }, checkMs);
  response.once('close', () => clearInterval(timer));
}
