import { z } from 'zod';

/** Schema of a whole number from `min` to `max`, whose message names both. */
export function integerBetween(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int(error).min(min, error).max(max, error);
}
