/** Indexes: by what the entities of a service can be filtered, sorted and looked up. */

import { z } from 'zod';

export type IndexKey = string | number;

/**
 * An index with one key for each entity. `key` is the schema of the keys, which validates the values that clients filter by.
 * A function is an index of texts.
 */
export type SingleIndex<State> =
  | ((state: State) => string)
  | { readonly key: z.ZodType<string>; one(state: State): string }
  | { readonly key: z.ZodType<number>; one(state: State): number };

/** An index with any number of keys for each entity, without duplicates. Without `key`, they are texts. */
export type MultiIndex<State> =
  | { readonly key?: z.ZodType<string>; each(state: State): readonly string[] }
  | { readonly key: z.ZodType<number>; each(state: State): readonly number[] };

export type Index<State> = SingleIndex<State> | MultiIndex<State>;

/** Returns the keys of an entity that exists. */
export type KeysOf = (state: unknown) => readonly IndexKey[];

export type NamedIndexes = Readonly<Record<string, KeysOf>>;

/** The schemas of the keys, by index. */
export type KeySchemas = Readonly<Record<string, z.ZodType<IndexKey>>>;

/** The schema of the keys of an index that declares none. */
export const AnyText = z.string();

/**
 * Returns the keys of each index as an array, texts in Unicode Normalization Form C. The functions throw a `TypeError` for keys of another
 * type.
 */
export function normalizeIndexes(indexes: Readonly<Record<string, Index<never>>>): NamedIndexes {
  return Object.fromEntries(
    Object.entries(indexes).map(([name, index]): [string, KeysOf] => {
      const each = 'each' in index ? index.each : (state: never) => [oneOf(index)(state)];
      // The view passes only states of existing entities of the service that declares the index.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return [name, checkKeys(each as KeysOf, keySchemaOf(index))];
    }),
  );
}

/** Returns `keysOf`, but with normalized keys, and with a `TypeError` for a result that is not an array of keys of the schema's type. */
export function checkKeys(keysOf: (state: unknown) => unknown, schema: z.ZodType<IndexKey>): KeysOf {
  const isKey = keyTypeOf(schema);
  return (state) => {
    const keys = keysOf(state);
    if (!Array.isArray(keys)) throw new TypeError(`the keys are not an array: ${describe(keys)}`);
    for (const key of keys) {
      if (!isKey(key)) throw new TypeError(`a key does not have the type of its index: ${describe(key)}`);
    }
    return keys.map(normalizeKey);
  };
}

/** Returns the form of a key in which keys are compared: an event may contain a text that is not normalized. */
export function normalizeKey(key: IndexKey): IndexKey {
  return typeof key === 'string' ? key.normalize() : key;
}

function describe(value: unknown): string {
  return value === null || typeof value === 'number' ? String(value) : typeof value;
}

function oneOf(index: SingleIndex<never>): (state: never) => IndexKey {
  return typeof index === 'function' ? index : index.one;
}

/** Returns the schema of the keys of each index. */
export function keySchemas(indexes: Readonly<Record<string, Index<never>>>): KeySchemas {
  return Object.fromEntries(Object.entries(indexes).map(([name, index]) => [name, keySchemaOf(index)]));
}

function keySchemaOf(index: Index<never>): z.ZodType<IndexKey> {
  return (typeof index === 'object' ? index.key : undefined) ?? AnyText;
}

/** Returns the names of the indexes with one key for each entity, by which a list can be sorted. */
export function sortableIndexes(indexes: Readonly<Record<string, Index<never>>>): string[] {
  return Object.entries(indexes).flatMap(([name, index]) => ('each' in index ? [] : [name]));
}

/** The names of the indexes by which a list can be sorted. */
export type SortableIn<Indexes> = {
  [Name in keyof Indexes]: Indexes[Name] extends { readonly each: unknown } ? never : Name;
}[keyof Indexes] &
  string;

/** Whether a value has the type of the keys of an index. Their schema may be stricter than the keys of older entities. */
export function isKeyOf(schema: z.ZodType<IndexKey>, value: unknown): value is IndexKey {
  return keyTypeOf(schema)(value);
}

/** Returns a function that tests the type of a key: a text, a finite number, or either if the schema does not say. */
function keyTypeOf(schema: z.ZodType<IndexKey>): (value: unknown) => value is IndexKey {
  // An empty registry: a schema with an id would be a reference.
  const types = new Set(
    keyTypesOf(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any', metadata: z.registry() })),
  );
  const isAllowed = (type: string) => types.size === 0 || types.has(type);
  return (value): value is IndexKey =>
    isAllowed(typeof value) && (typeof value === 'string' || Number.isFinite(value));
}

/** Returns the types of the values that a JSON Schema allows, also those of the alternatives of a union. */
function keyTypesOf({ type, enum: values = [], anyOf = [] }: z.core.JSONSchema.BaseSchema): string[] {
  if (type !== undefined) return [type].flat().map((name) => (name === 'integer' ? 'number' : name));
  const ofAlternatives = anyOf.flatMap((one) => (typeof one === 'object' ? keyTypesOf(one) : []));
  return [...ofAlternatives, ...values.map((value) => typeof value)];
}

/** Compares keys: numbers by value, texts by UTF-16 code units. */
export function compareKeys(a: IndexKey, b: IndexKey): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
