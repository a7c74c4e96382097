/** Entity ids: positive safe integers, given by the client or made here in the order of time. */

import { z } from 'zod';

/** The largest id: 2^53 - 1, beyond which JSON numbers lose digits. */
export const maxEntityId = Number.MAX_SAFE_INTEGER;

/** The id that `text` names in canonical decimal form (`42`, not `042`, `+42` or `4e1`); undefined when it names none. */
export function parseEntityId(text: string): number | undefined {
  if (!/^[1-9][0-9]{0,15}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= maxEntityId ? id : undefined;
}

const epoch = Date.UTC(2020, 0, 1);
const randomBits = 11;

/**
 * An id that sorts by time: 42 bits of milliseconds since 2020, then 11 random bits. Two ids made in the same
 * millisecond may collide; the broker refuses the second append, and the caller makes another id.
 *
 * @param now milliseconds since 1970 @param random a number in [0, 1)
 */
export function makeEntityId(now: number, random: number): number {
  return (now - epoch) * 2 ** randomBits + Math.floor(random * 2 ** randomBits);
}

/** An entity id inside a body or an event. */
export const EntityId = z.int().min(1).max(maxEntityId);
