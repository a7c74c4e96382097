/** JSON that clients send, at any door: read, validated, and every mistake located. */

import type { z } from 'zod';
import { Problem, type ProblemLocation } from '../domain/problem.ts';

/** The largest body that is read, in bytes. */
export const maxBodyBytes = 64 * 1024;

/**
 * The value that `bytes` hold, as `schema` wants it.
 *
 * @throws Problem `malformed` (not JSON), `invalid` (JSON of another shape).
 */
export function parseJson<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  const parsed = schema.safeParse(readJson(bytes));
  if (parsed.success) return parsed.data;
  throw new Problem('invalid', 'The body is JSON, but not what it should be.', {
    locations: locateIssues(parsed.error),
  });
}

function readJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Problem('malformed', 'The body is not UTF-8.', { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('malformed', `The body is not JSON: ${reason}`, { cause });
  }
}

/** Every issue with its JSON Pointer; for a key that is not known, the pointer names that key. */
export function locateIssues({ issues }: z.ZodError): ProblemLocation[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [{ pointer: toPointer(issue.path), detail: issue.message }];
    return issue.keys.map((key) => ({
      pointer: toPointer([...issue.path, key]),
      detail: 'is not known here',
    }));
  });
}

function toPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
