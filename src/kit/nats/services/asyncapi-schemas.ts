/** The schemas of an AsyncAPI document: those with a name stand in its components once, wherever they are used. */

import type { z } from 'zod';
import { toJsonSchema, type JsonSchema } from '../../api/event-shapes.ts';

export type Schemas = {
  /** By their names; complete once everything was described. */
  readonly named: Readonly<Record<string, JsonSchema>>;
  describe(schema: z.ZodType): JsonSchema;
  /** The examples that a schema gives of itself. */
  examplesOf(schema: JsonSchema): readonly unknown[];
};

/** zod puts named schemas beside each one that uses them; the document as a whole is another place. */
const localPlace = '#/definitions/';
const commonPlace = '#/components/schemas/';

export function createSchemas(): Schemas {
  const named: Record<string, JsonSchema> = {};
  return {
    named,
    describe(schema) {
      const { $schema: _, definitions, ...rest } = toJsonSchema(schema);
      if (typeof definitions === 'object') Object.assign(named, relocate({ ...definitions }));
      return relocate(rest);
    },
    examplesOf({ $ref, examples, example }) {
      const target = typeof $ref === 'string' ? named[$ref.slice(commonPlace.length)] : undefined;
      if (target !== undefined) return this.examplesOf(target);
      if (Array.isArray(examples)) return examples;
      return example === undefined ? [] : [example];
    },
  };
}

function relocate(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword, relocateIn(value)]));
}

function relocateIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocateIn);
  if (typeof value === 'object' && value !== null) return relocate({ ...value });
  return typeof value === 'string' && value.startsWith(localPlace)
    ? value.replace(localPlace, commonPlace)
    : value;
}
