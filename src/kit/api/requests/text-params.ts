/** Parameters in a path or a query are text. A schema of numbers or booleans gets the value that the text represents. */

import { z } from 'zod';
import { explainIssue, isUnionIssue, listAlternatives } from './locate-issues.ts';
import type { Params } from '../../domain/service/command.ts';

/** Returns the schema of the parameters as text. The API documents show the original schemas. */
export function textParamsOf(params: Params): z.ZodObject {
  return z.object(
    Object.fromEntries(Object.entries(params).map(([name, schema]) => [name, textParamOf(schema)])),
  );
}

function textParamOf(schema: z.ZodType): z.ZodType {
  const { $schema: _, ...described } = describeInPlace(schema);
  const { id: _id, ...meta } = schema.meta() ?? {};
  // A union has no `type`. That of the text would contradict its alternatives.
  const override = 'type' in described ? described : { type: undefined, ...described };
  const text: z.ZodType<string | undefined> = schema.safeParse(undefined).success
    ? z.string().optional()
    : z.string();
  return text
    .transform((value, context) => {
      const parsed = schema.safeParse(fromText(schema, value));
      if (parsed.success) return parsed.data;
      for (const reason of explainText(schema, value)) context.addIssue(reason);
      return z.NEVER;
    })
    .meta({ ...meta, override });
}

/** Returns the JSON Schema without references: the text that represents a value is not the schema that has the id. */
function describeInPlace(schema: z.ZodType) {
  return z.toJSONSchema(schema, {
    io: 'input',
    metadata: z.registry(),
    override({ zodSchema, jsonSchema }) {
      const { id: _id, ...meta } = z.globalRegistry.get(zodSchema) ?? {};
      Object.assign(jsonSchema, meta);
    },
  });
}

/** Returns why a schema rejects a text, in the words of a text where it expects a number or a boolean. */
function explainText(schema: z.ZodType, text: string | undefined): string[] {
  const read = fromText(schema, text);
  const { type } = z.toJSONSchema(schema, { io: 'input', metadata: z.registry() });
  const expected = typeof read === 'string' ? expectedInstead[String(type)] : undefined;
  if (expected !== undefined) return [expected];
  const issues = schema.safeParse(read).error?.issues ?? [];
  const hasOwnMessage = issues.some((issue) => issue.code === 'invalid_union' && !isUnionIssue(issue));
  const alternatives = optionsOf(schema).map((option) => explainText(option, text));
  // If an alternative accepts the text, a refinement of the union rejects it.
  return alternatives.length === 0 || hasOwnMessage || alternatives.some(({ length }) => length === 0)
    ? issues.map(explainIssue)
    : [listAlternatives(alternatives.map((reasons) => reasons.join(' and ')))];
}

/** Returns the alternatives of a union, also of an optional one. */
function optionsOf(schema: unknown): z.ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return optionsOf(schema.unwrap());
  // The public type of a schema is wider than that of the options.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return schema instanceof z.ZodUnion ? (schema.options as unknown as z.ZodType[]) : [];
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
