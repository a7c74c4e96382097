import { z } from 'zod';
import type { ProblemLocation } from '../../domain/problem.ts';

type Issue = z.core.$ZodIssue;

/**
 * Returns the JSON Pointer and the reason of every issue. An unknown key has the pointer of the key, and the reason names the
 * keys that are accepted. Of a union, the alternative with the fewest issues is explained, or all if there are several.
 *
 * @param schema the schema that rejected the value.
 * @param kind what a key is: a `field` of a body, or a `parameter`.
 */
export function locateIssues(
  { issues }: z.ZodError,
  schema: z.ZodType,
  kind: 'field' | 'parameter' = 'field',
): ProblemLocation[] {
  return issues.flatMap(explain).flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [{ pointer: toPointer(issue.path), detail: issue.message }];
    const accepted = keysAt(schema, issue.path);
    const detail = `Unknown ${kind}. ${accepted.length === 0 ? 'None is accepted' : `Accepted: ${accepted.join(', ')}`}.`;
    return issue.keys.map((key) => ({ pointer: toPointer([...issue.path, key]), detail }));
  });
}

export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The message of an issue of a union whose schema has none of its own. */
const noReason = 'Invalid input';

export function isUnionIssue(issue: Issue): issue is z.core.$ZodIssueInvalidUnion {
  return issue.code === 'invalid_union' && issue.message === noReason && issue.errors.length > 0;
}

/** Replaces an issue of a union by those of its best alternative, if one is better than the others. */
function explain(issue: Issue): Issue[] {
  if (!isUnionIssue(issue)) return [{ ...issue, message: explainIssue(issue) }];
  const [best = [], second] = issue.errors.toSorted((a, b) => a.length - b.length);
  if (best.length === second?.length) return [{ ...issue, message: explainIssue(issue) }];
  return best.flatMap((inner) => explain({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Returns the message of an issue, with what each alternative of a union, or the schema of a key, accepts. */
export function explainIssue(issue: Issue): string {
  if (issue.code === 'invalid_key') return `${issue.message}: ${explainAll(issue.issues)}`;
  return isUnionIssue(issue) ? listAlternatives(issue.errors.map(explainAll)) : issue.message;
}

function explainAll(issues: readonly Issue[]): string {
  return issues
    .map((issue) => [...issue.path.slice(-1).map(String), explainIssue(issue)].join(': '))
    .join(' and ');
}

/** `["expected number", "expected \"all\""]` → `expected number, or expected "all"` */
export function listAlternatives(texts: readonly string[]): string {
  return [...new Set(texts)].join(', or ');
}

/** Returns the keys of the object at a path, of all alternatives of a union. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const [key, ...rest] = path;
  if (schema instanceof z.ZodUnion) {
    return [...new Set(schema.options.flatMap((option) => keysAt(option, path)))];
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return keysAt(schema.unwrap(), path);
  }
  if (schema instanceof z.ZodArray && key !== undefined) return keysAt(schema.element, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  if (key === undefined) return Object.keys(schema.shape);
  const field = schema.shape[String(key)];
  return field === undefined ? [] : keysAt(field, rest);
}
