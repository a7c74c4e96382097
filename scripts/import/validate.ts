import type { z } from 'zod';
import { normalizeTexts } from '../../src/kit/api/normalize.ts';
import { describeColumns, idRequirement, type AnyKind } from './kinds/kind.ts';

/** The decoder replaces invalid UTF-8 with this character. */
const replacementCharacter = '\uFFFD';

/** Returns an error message if a file with these columns cannot contain rows of the kind. */
export function describeColumnFault(kind: AnyKind, columns: readonly string[]): string | undefined {
  const { required, optional } = kind.columns;
  const known = [...required, ...optional];
  const unknown = columns.filter((column) => !known.includes(column));
  if (unknown.length > 0) return `unknown ${quoteColumns(unknown)}: ${describeColumns(kind)}`;
  const duplicates = columns.filter((column, index) => columns.indexOf(column) !== index);
  if (duplicates.length > 0) return `duplicate ${quoteColumns(duplicates)}`;
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length === 0) return undefined;
  const hint = missing.includes('id') ? idRequirement : describeColumns(kind);
  return `${quoteColumns(missing)} missing: ${hint}`;
}

/** Returns the parsed row or an error message. */
export function validateRow<Row>(
  schema: z.ZodType<Row>,
  fields: Readonly<Record<string, unknown>>,
): { readonly row: Row } | { readonly error: string } {
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value === 'string' && value.includes(replacementCharacter))
      return { error: `${field}: the text is not UTF-8` };
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

/** Returns `column "a"` or `columns "a", "b"`. */
function quoteColumns(columns: readonly string[]): string {
  const quoted = [...new Set(columns)].map((column) => JSON.stringify(column.slice(0, 100)));
  return `${quoted.length === 1 ? 'column' : 'columns'} ${quoted.join(', ')}`;
}
