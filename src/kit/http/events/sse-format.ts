/** What a client of the live events is told beside the events (WHATWG HTML section 9.2.5). */

import type { FeedReset } from '../../api/documents.ts';

/** The first words: when to come back, and after which position, should the connection end at once. */
export function greet(position: number): string {
  return `retry: ${someMoment()}\n${heartbeat(position)}`;
}

/** Without an event an id still counts: so a client to which nothing is sent does not come back for what was long ago. */
export function heartbeat(position: number): string {
  return `: all up to here was sent\nid: ${position}\n\n`;
}

/** With its id a client that comes back is not told again. */
export function tellReset(reset: FeedReset): string {
  return `event: reset\nid: ${reset.position}\ndata: ${JSON.stringify(reset)}\n\n`;
}

export function tellTooSlow(position: number): string {
  return `event: too-slow\ndata: ${JSON.stringify({ position })}\n\n`;
}

/** The last words of a service that ends. */
export function sayGoodbye(): string {
  return `retry: ${someMoment()}\n\n`;
}

/** Milliseconds after which a client comes back: not all at the same time. */
function someMoment(): number {
  return Math.round(500 + Math.random() * 2500);
}
