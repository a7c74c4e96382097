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

/** Returns the keys of each index as an array. */
export function normalizeIndexes(indexes: Readonly<Record<string, Index<never>>>): NamedIndexes {
  return Object.fromEntries(
    Object.entries(indexes).map(([name, index]): [string, KeysOf] => {
      const each = 'each' in index ? index.each : (state: never) => [oneOf(index)(state)];
      // The view passes only states of existing entities of the service that declares the index.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return [name, each as KeysOf];
    }),
  );
}

function oneOf(index: SingleIndex<never>): (state: never) => IndexKey {
  return typeof index === 'function' ? index : index.one;
}

/** Returns the schema of the keys of each index. */
export function keySchemas(indexes: Readonly<Record<string, Index<never>>>): KeySchemas {
  return Object.fromEntries(
    Object.entries(indexes).map(([name, index]) => [
      name,
      (typeof index === 'object' ? index.key : undefined) ?? AnyText,
    ]),
  );
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
  // An empty registry: a schema with an id would be a reference.
  const types = keyTypesOf(z.toJSONSchema(schema, { io: 'input', metadata: z.registry() }));
  return types.length === 0 ? typeof value === 'string' : types.includes(typeof value);
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
