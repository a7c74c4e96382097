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

/**
 * @param position index of the position in `reply`. It is the same for all deliveries of a consumer with `max_deliver: 1`; finding
 * it takes longer than the rest.
 */
export function parseDelivery(reply: string, position = findPosition(reply)): Delivery {
  const consumerSequence = nextToken(reply, position);
  const time = nextToken(reply, consumerSequence);
  // The time is split, because nanoseconds since 1970 exceed Number.MAX_SAFE_INTEGER.
  const nanoseconds = nextToken(reply, time) - 7;
  return {
    position: parseDigits(reply, position),
    consumerSequence: parseDigits(reply, consumerSequence),
    time: parseDigits(reply, time, nanoseconds),
    nanoseconds: parseDigits(reply, nanoseconds),
  };
}

/** Number of times the message was delivered, including this one. */
export function parseAttempt(reply: string): number {
  return parseDigits(reply, reply.lastIndexOf('.', findPosition(reply) - 2) + 1);
}

/** Number of messages that the consumer has yet to deliver. */
export function parsePending(reply: string): number {
  const time = nextToken(reply, nextToken(reply, findPosition(reply)));
  return parseDigits(reply, nextToken(reply, time));
}

/** Returns the index of the position: of the sixth token, or with domain and account hash, of the eighth. */
export function findPosition(reply: string): number {
  const dots: number[] = [];
  for (let at = reply.indexOf('.'); at >= 0; at = reply.indexOf('.', at + 1)) dots.push(at);
  return (dots[dots.length === 8 ? 4 : 6] ?? -1) + 1;
}

function nextToken(reply: string, token: number): number {
  return reply.indexOf('.', token) + 1;
}

/** Parses the digits from `start` to `end` or the next dot. Not `Number`, which needs a new string for each token. */
function parseDigits(text: string, start: number, end = text.length): number {
  let value = 0;
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code === dot) break;
    value = code >= zero && code <= zero + 9 ? value * 10 + code - zero : NaN;
  }
  return value;
}

const dot = 0x2e;
const zero = 0x30;
