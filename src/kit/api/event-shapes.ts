/** Every shape in which a service's events are stored, or ever were, as JSON Schema: for documents, and to freeze it. */

import { z } from 'zod';
import type { DomainEvent } from '../domain/decider.ts';
import { versionOf, type EventSchema } from '../domain/event-schema.ts';

/** A JSON Schema of draft 7, which AsyncAPI takes. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export type EventShape = {
  readonly type: string;
  readonly version: number;
  /** Whether events are written in this shape today; else they are only read. */
  readonly isCurrent: boolean;
  /** What is stored: the event with its `v`. */
  readonly schema: JsonSchema;
};

/** In the order of their definition, older versions first. */
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

/** `v` stands beside the fields of the shape; without it an event is of version 1. */
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

/** As people would write it: what it is, in which version, and then the rest. */
function withVersion(example: unknown, version: number): unknown {
  if (typeof example !== 'object' || example === null || !('type' in example)) return example;
  const { type, ...fields } = example;
  return { type, v: version, ...fields };
}

/** What has to be given for `schema` to accept it, for documents that are JSON Schema of draft 7. */
export function toJsonSchema(schema: z.ZodType) {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
}
