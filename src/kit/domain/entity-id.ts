/** Entity ids are positive safe integers. Clients choose them, or the service generates them in chronological order. */

import { z } from 'zod';

/** 2^53 - 1. Larger JSON numbers lose precision. */
export const maxEntityId = Number.MAX_SAFE_INTEGER;

/** Parses the canonical decimal form (`42`, not `042`, `+42` or `4e1`). Returns undefined for anything else. */
export function parseEntityId(text: string): number | undefined {
  if (!/^[1-9][0-9]{0,15}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= maxEntityId ? id : undefined;
}

const epoch = Date.UTC(2020, 0, 1);
const randomBits = 11;

/**
 * Generates an id that sorts by time: 42 bits of milliseconds since 2020, then 11 random bits. Two ids generated in the
 * same millisecond can collide. The broker then rejects the second append, and the caller generates another id.
 *
 * @param now milliseconds since the epoch.
 * @param random a number in [0, 1).
 */
export function makeEntityId(now: number, random: number): number {
  return (now - epoch) * 2 ** randomBits + Math.floor(random * 2 ** randomBits);
}

/** Schema of an entity id in a body or an event. */
export const EntityId = z.int().min(1).max(maxEntityId);
