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
  const tokens = reply.split('.');
  const at = positionIndex(tokens);
  return {
    position: Number(tokens[at]),
    consumerSequence: Number(tokens[at + 1]),
    // Cut, not divided: nanoseconds since 1970 are more than a number can hold exactly.
    time: Number(tokens[at + 2]?.slice(0, -6)),
  };
}

/** How often the message was delivered, this time included. */
export function parseAttempt(reply: string): number {
  const tokens = reply.split('.');
  return Number(tokens[positionIndex(tokens) - 1]);
}

/** How many messages the consumer has still to deliver. */
export function parsePending(reply: string): number {
  const tokens = reply.split('.');
  return Number(tokens[positionIndex(tokens) + 3]);
}

function positionIndex(tokens: readonly string[]): number {
  return tokens.length === 9 ? 5 : 7;
}
