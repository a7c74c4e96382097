/** Renders a JSON Schema as an HTML table with a row for every field, including nested ones. */

import { z } from 'zod';
import type { JsonSchema } from '../../api/events/event-shapes.ts';
import { escapeHtml, renderText } from './html.ts';

/** The JSON Schema keywords that the table shows. Others, such as `additionalProperties`, are ignored. */
const Shown = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string()).transform((types) => types.join(' or '))]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  description: z.string().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  items: z.looseObject({}).optional(),
  anyOf: z.array(z.looseObject({})).optional(),
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), z.looseObject({})).default({}),
});
type Shown = z.infer<typeof Shown>;

/** Targets of `$ref` by name. */
type NamedSchemas = Readonly<Record<string, JsonSchema>>;

/** @param caption the caption of the table: `Headers`. */
export function renderSchemaTable(caption: string, schema: JsonSchema, named: NamedSchemas): string {
  const rows = renderRows(resolve(schema, named), '', named);
  if (rows === '') return `<p>${escapeHtml(caption)}: none.</p>\n`;
  return `<table>
<caption>${escapeHtml(caption)}</caption>
<thead><tr><th scope="col">Field</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
${renderAlternatives(resolve(schema, named))}`;
}

function renderRows({ properties, required }: Shown, prefix: string, named: NamedSchemas): string {
  return Object.entries(properties)
    .map(([name, schema]) => {
      const field = resolve(schema, named);
      const path = prefix + name;
      const suffix = required.includes(name) ? '' : ', optional';
      const inner = field.items === undefined ? field : resolve(field.items, named);
      return `<tr><th scope="row"><code>${escapeHtml(path)}</code></th><td>${escapeHtml(describeValue(field, named) + suffix)}</td><td>${renderText(field.description ?? '')}</td></tr>
${renderRows(inner, field.items === undefined ? `${path}.` : `${path}[].`, named)}`;
    })
    .join('');
}

/** Renders the rule that at least one of several fields is required. */
function renderAlternatives({ anyOf = [] }: Shown): string {
  const names = anyOf.flatMap((schema) => Shown.parse(schema).required);
  if (names.length === 0) return '';
  return `<p>At least one of ${names.map((name) => `<code>${escapeHtml(name)}</code>`).join(', ')}.</p>\n`;
}

function describeValue(schema: Shown, named: NamedSchemas): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.anyOf !== undefined) {
    return schema.anyOf.map((one) => describeValue(resolve(one, named), named)).join(' or ');
  }
  if (schema.items !== undefined) return `array of ${describeValue(resolve(schema.items, named), named)}`;
  return [schema.type ?? 'any', ...describeLimits(schema)].join(', ');
}

function describeLimits({ format, pattern, minLength, maxLength, minimum, maximum }: Shown): string[] {
  const range = (low: number | undefined, high: number | undefined, unit: string) => {
    const isLow = low !== undefined && low > Number.MIN_SAFE_INTEGER;
    const isHigh = high !== undefined && high < Number.MAX_SAFE_INTEGER;
    if (isLow && isHigh) return [`${low} to ${high}${unit}`];
    if (isLow) return [`at least ${low}${unit}`];
    return isHigh ? [`at most ${high}${unit}`] : [];
  };
  return [
    // zod also generates a pattern for each format, which would only repeat the format.
    ...(format === undefined ? [] : [format]),
    ...(pattern === undefined || format !== undefined ? [] : [pattern]),
    ...range(minLength, maxLength, ' characters'),
    ...range(minimum, maximum, ''),
  ];
}

/** Returns the schema, or the schema that its `$ref` refers to. */
function resolve(schema: JsonSchema, named: NamedSchemas): Shown {
  const shown = Shown.parse(schema);
  const name = shown.$ref?.slice(shown.$ref.lastIndexOf('/') + 1);
  const target = name === undefined ? undefined : named[name];
  return target === undefined
    ? shown
    : { ...Shown.parse(target), ...(shown.description && { description: shown.description }) };
}
