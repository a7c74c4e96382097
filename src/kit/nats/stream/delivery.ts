/**
 * Parses the delivery metadata of a message that a consumer delivers. The broker encodes it in the reply subject
 * (ADR-15 of NATS): `$JS.ACK.<stream>.<consumer>.<attempt>.<position>.<consumer sequence>.<time in ns>.<pending>`.
 * Newer servers insert a domain and an account hash before the stream name, and may append a token.
 */

import type { Stored } from './codec.ts';

export type Delivery = Stored & {
  /** Number of messages that this consumer has delivered, including this one. */
  readonly consumerSequence: number;
};

export function parseDelivery(reply: string): Delivery {
  const token = tokensFromPosition(reply);
  const time = token(2);
  return {
    position: Number(token(0)),
    consumerSequence: Number(token(1)),
    // The string is split, because nanoseconds since 1970 exceed Number.MAX_SAFE_INTEGER.
    time: Number(time.slice(0, -6)),
    nanoseconds: Number(time.slice(-6)),
  };
}

/** Number of times the message was delivered, including this one. */
export function parseAttempt(reply: string): number {
  return Number(tokensFromPosition(reply)(-1));
}

/** Number of messages that the consumer has yet to deliver. */
export function parsePending(reply: string): number {
  return Number(tokensFromPosition(reply)(3));
}

/**
 * Returns a function that reads a token by its offset from the position. Splitting the whole reply would take a twentieth
 * of the time of a replay.
 */
function tokensFromPosition(reply: string): (number: number) => string {
  const dots: number[] = [];
  for (let at = reply.indexOf('.'); at >= 0; at = reply.indexOf('.', at + 1)) dots.push(at);
  const first = dots.length === 8 ? 5 : 7;
  return (number) => reply.slice((dots[first + number - 1] ?? 0) + 1, dots[first + number]);
}
