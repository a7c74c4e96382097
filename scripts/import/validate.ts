/** What a row says, or in words for a person why it says nothing that can be imported. */

import type { z } from 'zod';
import { describeColumns, whyAnId, type AnyKind } from './kinds/kind.ts';

/** Stands where bytes were that are not UTF-8. */
const replacementCharacter = '\uFFFD';

/** Why a file with these columns cannot hold rows of the kind; undefined when it can. */
export function describeColumnFault(kind: AnyKind, columns: readonly string[]): string | undefined {
  const { required, optional } = kind.columns;
  const known = [...required, ...optional];
  const unknown = columns.filter((column) => !known.includes(column));
  if (unknown.length > 0) return `unknown ${quoteColumns(unknown)}: ${describeColumns(kind)}`;
  const twice = columns.filter((column, index) => columns.indexOf(column) !== index);
  if (twice.length > 0) return `${quoteColumns(twice)} named twice`;
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length === 0) return undefined;
  const why = missing.includes('id') ? whyAnId : describeColumns(kind);
  return `${quoteColumns(missing)} missing: ${why}`;
}

/** The row in the schema's shape, or a reason. */
export function validateRow<Row>(
  schema: z.ZodType<Row>,
  fields: Readonly<Record<string, unknown>>,
): { readonly row: Row } | { readonly wrong: string } {
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value === 'string' && value.includes(replacementCharacter))
      return { wrong: `${field}: the text is not UTF-8` };
  }
  const parsed = schema.safeParse(fields);
  if (parsed.success) return { row: parsed.data };
  return { wrong: parsed.error.issues.map((issue) => describeIssue(issue, fields)).join('; ') };
}

function describeIssue(issue: z.core.$ZodIssue, fields: Readonly<Record<string, unknown>>): string {
  if (issue.code === 'unrecognized_keys') return `unknown ${quoteColumns(issue.keys)}`;
  const field = String(issue.path[0] ?? 'row');
  const value = fields[field];
  const isBlank = value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
  if (field === 'id' && isBlank) return `id is missing: ${whyAnId}`;
  if (isBlank) return `${field} is missing`;
  if (issue.code === 'too_big' && issue.origin === 'string')
    return `${field} is longer than ${issue.maximum} characters`;
  if (field === 'ports') return `ports: each has to be the id of a port (1, 2, 3 …)`;
  return `${field}: ${issue.message}`;
}

/** `column "a"` or `columns "a", "b"` */
function quoteColumns(columns: readonly string[]): string {
  const quoted = [...new Set(columns)].map((column) => JSON.stringify(column.slice(0, 100)));
  return `${quoted.length === 1 ? 'column' : 'columns'} ${quoted.join(', ')}`;
}
