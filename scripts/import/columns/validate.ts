import type { z } from 'zod';
import { normalizeTexts } from '../../../src/kit/api/requests/normalize.ts';
import { idRequirement } from '../kinds/kind.ts';
import { quoteColumns } from './resolve.ts';

/** The decoder replaces bytes that are wrong in the encoding with this character. */
const replacementCharacter = '\uFFFD';

/** Returns the parsed row or an error message. */
export function validateRow<Row>(
  schema: z.ZodType<Row>,
  fields: Readonly<Record<string, unknown>>,
): { readonly row: Row } | { readonly error: string } {
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value === 'string' && value.includes(replacementCharacter))
      return { error: `${field}: the text contains U+FFFD, the sign of a wrong encoding` };
  }
  const parsed = schema.safeParse(normalizeTexts(fields));
  if (parsed.success) return { row: parsed.data };
  return { error: parsed.error.issues.map((issue) => describeIssue(issue, fields)).join('; ') };
}

function describeIssue(issue: z.core.$ZodIssue, fields: Readonly<Record<string, unknown>>): string {
  if (issue.code === 'unrecognized_keys') return `unknown ${quoteColumns(issue.keys)}`;
  const field = String(issue.path[0] ?? 'row');
  const value = fields[field];
  const isBlank = value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
  if (field === 'id' && isBlank) return `id is missing: ${idRequirement}`;
  if (isBlank) return `${field} is missing`;
  if (issue.code === 'too_big' && issue.origin === 'string')
    return `${field} is longer than ${issue.maximum} characters`;
  if (field === 'ports') return `ports: each value must be a port id (1, 2, 3 …)`;
  return `${field}: ${issue.message}`;
}
