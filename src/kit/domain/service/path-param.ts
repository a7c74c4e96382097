/** Parameters in a path. Each is one segment. */

import type { z } from 'zod';

/**
 * Clients resolve `.` and `..`, also escaped ones, and an empty segment (RFC 3986, section 5.2.4): a request for
 * `/docks/1/tags/..` is sent as `/docks/1/`.
 */
const unreachable: readonly unknown[] = ['', '.', '..'];

/** Reported for a value that cannot be a segment of a path. */
export const notASegment = 'must not be empty, "." or ".."';

export function isPathSegment(value: unknown): boolean {
  return !unreachable.includes(value);
}

/** Returns the schema without the values that no path can contain. */
export function pathParamOf(schema: z.ZodType): z.ZodType {
  return schema.refine(isPathSegment, notASegment);
}
