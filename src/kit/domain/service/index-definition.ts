/** Indexes: by what the entities of a service can be filtered, sorted and looked up. */

export type IndexKey = string | number;

/** Returns the key of an entity. All keys of an index have the same type. */
export type SingleIndex<State> = ((state: State) => string) | ((state: State) => number);

/** An index with any number of keys for each entity, without duplicates. */
export type MultiIndex<State> = {
  readonly each: ((state: State) => readonly string[]) | ((state: State) => readonly number[]);
};

export type Index<State> = SingleIndex<State> | MultiIndex<State>;

/** Returns the keys of an entity that exists. */
export type KeysOf = (state: unknown) => readonly IndexKey[];

export type NamedIndexes = Readonly<Record<string, KeysOf>>;

/** Returns the keys of each index as an array. */
export function normalizeIndexes(indexes: Readonly<Record<string, Index<never>>>): NamedIndexes {
  return Object.fromEntries(
    Object.entries(indexes).map(([name, index]): [string, KeysOf] => {
      const each = typeof index === 'function' ? (state: never) => [index(state)] : index.each;
      // The view passes only states of existing entities of the service that declares the index.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return [name, each as KeysOf];
    }),
  );
}

/** Returns the names of the indexes with one key for each entity, by which a list can be sorted. */
export function sortableIndexes(indexes: Readonly<Record<string, Index<never>>>): string[] {
  return Object.keys(indexes).filter((name) => typeof indexes[name] === 'function');
}

/** Compares keys: numbers by value, texts by UTF-16 code units. */
export function compareKeys(a: IndexKey, b: IndexKey): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
