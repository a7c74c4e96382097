/** JSON Schemas of all event versions, for API documents and for the frozen event schemas. */

import { z } from 'zod';
import type { DomainEvent } from '../../domain/decider.ts';
import { versionOf, type EventSchema } from '../../domain/event-schema.ts';

/** JSON Schema draft 7, the version that AsyncAPI uses. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export type EventShape = {
  readonly type: string;
  readonly version: number;
  /** True if events are written in this version. Older versions are only read. */
  readonly isCurrent: boolean;
  /** Schema of the stored form: the event with its `v`. */
  readonly schema: JsonSchema;
};

/** Lists event types in the order of their definition, and older versions first. */
export function listShapes<Event extends DomainEvent>({ types }: EventSchema<Event>): EventShape[] {
  return Object.entries(types).flatMap(([type, eventType]) => {
    const { schema, older = [] } = eventType;
    return [...older.map((shape) => shape.schema), schema].map((shape, index) => ({
      type,
      version: index + 1,
      isCurrent: index + 1 === versionOf(eventType),
      schema: describeStored(shape, index + 1),
    }));
  });
}

/** Adds `v` to the schema. It is optional in version 1. */
function describeStored(shape: z.ZodType, version: number): JsonSchema {
  const { $schema: _, properties = {}, required = [], examples = [], ...rest } = toJsonSchema(shape);
  const [type, ...fields] = Object.entries(properties);
  const isFirst = version === 1;
  return {
    ...rest,
    properties: Object.fromEntries([
      ...(type === undefined ? [] : [type]),
      ['v', { type: 'integer', const: version }],
      ...fields,
    ]),
    required: isFirst ? required : [...required, 'v'],
    examples: isFirst ? examples : examples.map((example) => withVersion(example, version)),
  };
}

/** Adds `v` after `type`. */
function withVersion(example: unknown, version: number): unknown {
  if (typeof example !== 'object' || example === null || !('type' in example)) return example;
  const { type, ...fields } = example;
  return { type, v: version, ...fields };
}

/** Converts the input type of `schema` to JSON Schema draft 7. */
export function toJsonSchema(schema: z.ZodType) {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
}
