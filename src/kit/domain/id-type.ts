/** What the ids of a service's entities are: positive integers, or texts with a pattern. */

import { z } from 'zod';
import { EntityId, makeEntityId, parseEntityId, type Id } from './entity-id.ts';

/** The ids of a service. Each of them is one token of a subject and one segment of a path. */
export type IdType<Key extends Id = Id> = {
  /** Schema of an id in a body, a parameter, an event or a document. */
  readonly schema: z.ZodType<Key>;
  /** What an id is: `a positive integer below 2^53`. */
  readonly description: string;
  /** The same, short: `1, 2, 3 …`, or the pattern. */
  readonly form: string;
  /** An id for API documents. */
  readonly example: Key;
  /** Returns the id that a token of a subject, or a segment of a path, represents; undefined if it is not an id. */
  parse(text: string): Key | undefined;
  /**
   * Generates the id of a new entity. Undefined: clients have to send it.
   *
   * @param now milliseconds since the epoch.
   * @param random a number in [0, 1).
   */
  readonly generate: ((now: number, random: number) => Key) | undefined;
};

/** The default. */
export const integerId: IdType<number> = {
  schema: EntityId,
  description: 'a positive integer below 2^53',
  form: '1, 2, 3 …',
  example: 1,
  parse: parseEntityId,
  generate: makeEntityId,
};

export function isTextId(type: IdType): type is IdType<string> {
  return typeof type.example === 'string';
}

/** Maximum number of characters of a text id. */
export const maxTextIdLength = 64;

/** These are neither separators nor wildcards in a subject, and need no escape in a path, a query string or a shell. */
const safeText = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

export type TextIdOptions = {
  /** An id for API documents. */
  readonly example: string;
  /** Generates the id of a new entity for which the client sends none. Without it, clients have to send ids. */
  generate?(): string;
};

/**
 * Declares ids that are texts: `textId(/^[A-Z]{3}-\d{4}$/, { example: 'ABC-1234' })`. An id matches the pattern, has at most
 * 64 characters, consists of ASCII letters, digits, `-` and `_`, and begins with a letter or a digit. All ids are checked for
 * all of this, whatever the pattern allows.
 *
 * @throws TypeError if the pattern is not a whole one (`^…$`), has a flag that JSON Schema cannot express, or if the example
 * is not an id.
 */
export function textId(pattern: RegExp, { example, generate }: TextIdOptions): IdType<string> {
  const { source, flags } = pattern;
  const fail = (reason: string) => new TypeError(`textId(${String(pattern)}): ${reason}`);
  if (!/^\^.*(?<!\\)\$$/.test(source)) throw fail('the pattern must begin with ^ and end with $');
  if (!['', 'u'].includes(flags)) throw fail('the pattern can have no flag except u');

  // The pattern is tested last, and on short texts only: its cost may grow fast with the length.
  const isId = (text: string) => text.length <= maxTextIdLength && safeText.test(text) && pattern.test(text);
  if (!isId(example)) throw fail(`the example ${JSON.stringify(example)} is not an id`);
  const description = `a text that matches ${source}, with at most ${maxTextIdLength} letters, digits, "-" and "_"`;
  const error = { error: `must be ${description}`, abort: true };
  return {
    schema: z
      .string()
      .max(maxTextIdLength, error)
      .refine((text) => safeText.test(text), error)
      .regex(pattern, error)
      .meta({ description: `Matches ${source}.`, example }),
    description,
    form: source,
    example,
    parse: (text) => (isId(text) ? text : undefined),
    generate:
      generate &&
      (() => {
        const id = generate();
        if (!isId(id)) throw fail(`generate returned ${JSON.stringify(id)}, which is not an id`);
        return id;
      }),
  };
}

/** UUIDs in lower case (RFC 9562), so that an entity has one id. Random ones are generated. */
export const uuidId: IdType<string> = textId(
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  { example: '0a6d4c5e-5d0c-4b35-9a53-1d8d0f7c2b11', generate: () => crypto.randomUUID() },
);
