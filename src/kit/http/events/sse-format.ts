/** Server-Sent Events messages other than the domain events (WHATWG HTML section 9.2.5). */

import type { FeedReset } from '../../api/responses/documents.ts';

/** The first message: the reconnection delay, and a heartbeat. */
export function openingMessage(firstHeartbeat: string): string {
  return `retry: ${randomRetryMs()}\n${firstHeartbeat}`;
}

/**
 * An `id` without `data` dispatches no event but still updates the last event id. A client whose filter matches nothing
 * therefore resumes at a recent position.
 */
export function heartbeat(position: number): string {
  return `: sent up to this position\nid: ${position}\n\n`;
}

/** Keeps the connection open while the replica has not reached the client's position. Without an `id`: nothing was sent. */
export function waitingMessage(): string {
  return ': waiting until this replica has reached the requested position\n\n';
}

/** Because of its `id`, a client that reconnects afterwards is not reset again. */
export function resetEvent(reset: FeedReset): string {
  return `event: reset\nid: ${reset.position}\ndata: ${JSON.stringify(reset)}\n\n`;
}

export function tooSlowEvent(position: number): string {
  return `event: too-slow\ndata: ${JSON.stringify({ position })}\n\n`;
}

/** The last message before a shutdown. */
export function closingMessage(): string {
  return `retry: ${randomRetryMs()}\n\n`;
}

/** Reconnection delay in ms, randomized so that clients do not reconnect all at once. */
function randomRetryMs(): number {
  return Math.round(500 + Math.random() * 2500);
}
