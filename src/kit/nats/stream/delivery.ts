/**
 * What the broker says of a message that a consumer delivers. It stands in the reply subject (ADR-15 of NATS):
 * `$JS.ACK.<stream>.<consumer>.<attempt>.<position>.<consumer sequence>.<time in ns>.<pending>`; newer servers put a
 * domain and an account hash before the stream's name, and may put a token at the end.
 */

import type { Stored } from './codec.ts';

export type Delivery = Stored & {
  /** How many messages this consumer has delivered, this one included. */
  readonly consumerSequence: number;
};

export function parseDelivery(reply: string): Delivery {
  const token = tokensFromPosition(reply);
  return {
    position: Number(token(0)),
    consumerSequence: Number(token(1)),
    // Cut, not divided: nanoseconds since 1970 are more than a number can hold exactly.
    time: Number(token(2).slice(0, -6)),
  };
}

/** How often the message was delivered, this time included. */
export function parseAttempt(reply: string): number {
  return Number(tokensFromPosition(reply)(-1));
}

/** How many messages the consumer has still to deliver. */
export function parsePending(reply: string): number {
  return Number(tokensFromPosition(reply)(3));
}

/** The tokens from the position on. Splitting all of the reply would cost a replay a twentieth of its time. */
function tokensFromPosition(reply: string): (number: number) => string {
  const dots: number[] = [];
  for (let at = reply.indexOf('.'); at >= 0; at = reply.indexOf('.', at + 1)) dots.push(at);
  const first = dots.length === 8 ? 5 : 7;
  return (number) => reply.slice((dots[first + number - 1] ?? 0) + 1, dots[first + number]);
}
