/** Parameters in a path or a query are text. A schema of numbers or booleans gets the value that the text represents. */

import { z } from 'zod';
import type { Params } from '../domain/service/command.ts';

/** Returns the schema of the parameters as text. The API documents show the original schemas. */
export function textParamsOf(params: Params): z.ZodObject {
  return z.object(
    Object.fromEntries(Object.entries(params).map(([name, schema]) => [name, textParamOf(schema)])),
  );
}

function textParamOf(schema: z.ZodType): z.ZodType {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input' });
  // A union has no `type`. That of the text would contradict its alternatives.
  const override = 'type' in described ? described : { type: undefined, ...described };
  const text: z.ZodType<string | undefined> = schema.safeParse(undefined).success
    ? z.string().optional()
    : z.string();
  return text
    .transform((value, context) => {
      const read = fromText(schema, value);
      const parsed = schema.safeParse(read);
      if (parsed.success) return parsed.data;
      const expected = typeof read === 'string' ? expectedInstead[String(described.type)] : undefined;
      if (expected !== undefined) {
        context.addIssue(expected);
        return z.NEVER;
      }
      for (const { message } of parsed.error.issues) context.addIssue(message);
      return z.NEVER;
    })
    .meta({ ...schema.meta(), override });
}

/** Reported for a text that does not represent a value of this JSON Schema type. */
const expectedInstead: Readonly<Record<string, string>> = {
  integer: 'must be a whole number, such as 7',
  number: 'must be a number, such as 7',
  boolean: 'must be true or false',
};

/** Canonical numbers only, so that every part of an entity has a single path: `3`, not `03`, `+3`, `3.0` or `3e0`. */
function fromText(schema: z.ZodType, text: string | undefined): unknown {
  if (schema.safeParse(text).success) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return String(Number(text)) === text ? Number(text) : text;
}
