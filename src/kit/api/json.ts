/** Parses and validates JSON bodies of the REST API and the NATS API. */

import type { z } from 'zod';
import { messageOf } from '../domain/error-message.ts';
import { Problem, type ProblemLocation } from '../domain/problem.ts';
import { normalizeTexts } from './normalize.ts';

/** Maximum size of a body, in bytes. */
export const maxBodyBytes = 64 * 1024;

/** A JSON value as it was received, and what its schema returned. */
export type ParsedJson<T> = { readonly received: unknown; readonly parsed: T };

/**
 * Parses `bytes` as JSON, and validates the value with its texts normalized.
 *
 * @throws Problem `malformed` (not JSON), `invalid` (does not match the schema).
 */
export function parseJson<T>(schema: z.ZodType<T>, bytes: Uint8Array): ParsedJson<T> {
  const received = readJson(bytes);
  const parsed = schema.safeParse(normalizeTexts(received));
  if (parsed.success) return { received, parsed: parsed.data };
  throw new Problem('invalid', 'The body does not match the schema.', {
    locations: locateIssues(parsed.error),
  });
}

/** Returns the value, or undefined if `text` is not JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
    const reason = messageOf(cause);
    throw new Problem('malformed', `The body is not JSON: ${reason}`, { cause });
  }
}

/** Returns the JSON Pointer and message of every issue. For an unknown key, the pointer includes the key. */
export function locateIssues({ issues }: z.ZodError): ProblemLocation[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [{ pointer: toPointer(issue.path), detail: issue.message }];
    return issue.keys.map((key) => ({
      pointer: toPointer([...issue.path, key]),
      detail: 'Unknown field',
    }));
  });
}

function toPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
