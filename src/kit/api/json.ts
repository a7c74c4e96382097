/** Parses and validates JSON bodies of the REST API and the NATS API. */

import type { z } from 'zod';
import { messageOf } from '../domain/error-message.ts';
import { Problem, type ProblemLocation } from '../domain/problem.ts';
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
    locations: locateIssues(parsed.error),
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

/** Returns the JSON Pointer and message of every issue. For an unknown key, the pointer includes the key. */
export function locateIssues({ issues }: z.ZodError): ProblemLocation[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [{ pointer: toPointer(issue.path), detail: explainIssue(issue) }];
    return issue.keys.map((key) => ({
      pointer: toPointer([...issue.path, key]),
      detail: 'Unknown field',
    }));
  });
}

/** The message of an issue of a union, unless its schema has one of its own. */
const unionMessage = 'Invalid input';

export function isUnionIssue(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueInvalidUnion {
  return issue.code === 'invalid_union' && issue.message === unionMessage && issue.errors.length > 0;
}

/** Returns the message of an issue, with what each alternative of a union, or the schema of a key, accepts. */
export function explainIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return `${issue.message}: ${explainAll(issue.issues)}`;
  return isUnionIssue(issue) ? listAlternatives(issue.errors.map(explainAll)) : issue.message;
}

function explainAll(issues: readonly z.core.$ZodIssue[]): string {
  return issues
    .map((issue) => [...issue.path.slice(-1).map(String), explainIssue(issue)].join(': '))
    .join(' and ');
}

/** `["expected number", "expected \"all\""]` → `expected number, or expected "all"` */
export function listAlternatives(texts: readonly string[]): string {
  return [...new Set(texts)].join(', or ');
}

function toPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
