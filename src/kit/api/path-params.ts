/** Path parameters are text. A schema of numbers or booleans gets the value that the text represents. */

import { z } from 'zod';
import type { Params } from '../domain/service/command.ts';

/** Returns the schema of the path parameters of a command. Each accepts text; the API documents show the original schema. */
export function pathParamsOf(params: Params): z.ZodObject {
  return z.object(
    Object.fromEntries(Object.entries(params).map(([name, schema]) => [name, pathParamOf(schema)])),
  );
}

function pathParamOf(schema: z.ZodType): z.ZodType {
  const { $schema: _, ...override } = z.toJSONSchema(schema, { io: 'input' });
  return z
    .string()
    .transform((text, context) => {
      const parsed = schema.safeParse(fromText(schema, text));
      if (parsed.success) return parsed.data;
      for (const { message } of parsed.error.issues) context.addIssue(message);
      return z.NEVER;
    })
    .meta({ ...schema.meta(), override });
}

/** Canonical numbers only, so that every part of an entity has a single path: `3`, not `03`, `+3`, `3.0` or `3e0`. */
function fromText(schema: z.ZodType, text: string): unknown {
  const isNumber = String(Number(text)) === text && !schema.safeParse(text).success;
  return isNumber ? Number(text) : text;
}
