/** Parses and validates JSON bodies of the REST API and the NATS API. */

import type { z } from 'zod';
import { messageOf } from '../../domain/error-message.ts';
import { Problem } from '../../domain/problem.ts';
import { locateIssues, toPointer } from './locate-issues.ts';
import { normalizeTexts } from './normalize.ts';
import { findRepeatedKey } from './repeated-key.ts';

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
  return { received, parsed: parseValue(schema, received) };
}

/** @throws Problem `invalid` if a JSON value does not match the schema of a body. */
export function parseValue<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(normalizeTexts(value));
  if (parsed.success) return parsed.data;
  throw new Problem('invalid', 'The body does not match the schema.', {
    locations: locateIssues(parsed.error, schema),
  });
}

/** Accepts a byte order mark. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

function readJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Problem('malformed', `The body is not JSON: ${messageOf(cause)}`, { cause });
  }
  assertKeysOnce(text);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    const [first, second] = bytes;
    const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
    const encoding = isUtf16 ? ', but UTF-16' : '';
    throw new Problem('malformed', `The body is not UTF-8${encoding}. Send JSON in UTF-8.`, { cause });
  }
}

/** Parsers differ in which value of a repeated key they use (RFC 8259, section 4). */
function assertKeysOnce(text: string): void {
  let path: readonly PropertyKey[] | undefined;
  try {
    path = findRepeatedKey(text);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new Problem('malformed', 'The body is nested too deeply.', { cause });
  }
  if (path === undefined) return;
  const pointer = toPointer(path);
  throw new Problem('malformed', `The body has the key ${pointer} more than once. Send each key once.`, {
    locations: [{ pointer, detail: 'Repeated key' }],
  });
}
