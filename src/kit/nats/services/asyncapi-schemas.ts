/** Collects the schemas of an AsyncAPI document. Named schemas appear once, in `components`, and are referenced. */

import type { z } from 'zod';
import { toJsonSchema, type JsonSchema } from '../../api/events/event-shapes.ts';

export type Schemas = {
  /** Named schemas by name; complete after the last call of `describe`. */
  readonly named: Readonly<Record<string, JsonSchema>>;
  describe(schema: z.ZodType): JsonSchema;
  examplesOf(schema: JsonSchema): readonly unknown[];
};

/** zod defines named schemas inside each schema that uses them; they are moved to the components of the document. */
const localPrefix = '#/definitions/';
const componentPrefix = '#/components/schemas/';

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
      const target = typeof $ref === 'string' ? named[$ref.slice(componentPrefix.length)] : undefined;
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
  return typeof value === 'string' && value.startsWith(localPrefix)
    ? value.replace(localPrefix, componentPrefix)
    : value;
}
