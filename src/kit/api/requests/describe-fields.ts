/** Names the fields of a schema in one sentence, for clients that sent something else. */

import { z } from 'zod';

const list = (type: Intl.ListFormatType, names: readonly string[]) =>
  new Intl.ListFormat('en-GB', { type }).format(names);

/** Returns `a JSON object with "title" and "model", and optionally "id"`. */
export function describeFields(schema: z.ZodType): string {
  // An empty registry: a schema with an id would be a reference.
  return describe(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', metadata: z.registry() }));
}

function describe({ properties, required = [], anyOf, oneOf }: z.core.JSONSchema.BaseSchema): string {
  const alternatives = [...(anyOf ?? []), ...(oneOf ?? [])].filter((one) => typeof one === 'object');
  if (properties === undefined && alternatives.length > 0)
    return list('disjunction', [...new Set(alternatives.map(describe))]);
  const names = Object.keys(properties ?? {});
  const needed = names.filter((name) => required.includes(name));
  const optional = names.filter((name) => !required.includes(name));
  return [
    needed.length > 0 ? `a JSON object with ${quote(needed)}` : 'a JSON object',
    optional.length > 0 ? `${needed.length > 0 ? ', and ' : ', '}optionally with ${quote(optional)}` : '',
  ].join('');
}

function quote(names: readonly string[]): string {
  return list(
    'conjunction',
    names.map((name) => JSON.stringify(name)),
  );
}
