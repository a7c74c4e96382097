/** The indexes of a view. Each is built in the background when the first list uses it. */

import type { Id } from '../../domain/entity-id.ts';
import { normalizeKey, type IndexKey, type NamedIndexes } from '../../domain/service/index-definition.ts';
import {
  comparePositions,
  createEntityIndex,
  type EntityIndex,
  type EntityKeys,
  type ExistingEntities,
  type SortPosition,
} from './entity-index.ts';

/** The wanted keys, by index. */
export type Where = Readonly<Record<string, IndexKey | undefined>>;

/** Sorts by the keys of an index, then by ascending id, beginning after a position. */
export type Sort = {
  readonly by: string;
  /** Greatest key first. */
  readonly descending?: boolean | undefined;
  readonly after?: SortPosition | undefined;
};

export type Selection = {
  /** The ids to examine, in the order of the list; undefined: all ids after `after`. */
  readonly candidates: Iterable<Id> | undefined;
  /** Whether an existing entity has all wanted keys. */
  matches(state: unknown, id: Id): boolean;
};

export type Indexes = {
  /** Updates the indexes that are in use. An entity that does not exist has no keys. */
  replace(id: Id, before: { readonly state: unknown } | undefined, after: typeof before): void;
  /** Throws a `TypeError` for an unknown index. */
  select(where: Where, sort: Sort | undefined, after: Id | undefined): Selection;
};

const noKeys: readonly IndexKey[] = [];

/** @param onError called when the function of an index throws, also because its keys are wrong. The entity then has no keys in it. */
export function createIndexes(
  definitions: NamedIndexes,
  existing: ExistingEntities,
  onError: (name: string, id: Id, error: unknown) => void = () => undefined,
): Indexes {
  const indexes = Object.fromEntries(
    Object.entries(definitions).map(([name, keysOf]): [string, EntityKeys] => [
      name,
      (state, id) => {
        try {
          return keysOf(state);
        } catch (error) {
          onError(name, id, error);
          return noKeys;
        }
      },
    ]),
  );
  const inUse = new Map<string, EntityIndex & { readonly keysOf: EntityKeys; isBuilding: boolean }>();

  function findKeys(name: string): EntityKeys {
    const keysOf = indexes[name];
    if (keysOf === undefined) throw new TypeError(`there is no index ${name}`);
    return keysOf;
  }

  /** Returns undefined while the index is built. A small index is built at once. */
  function indexOf(name: string, isSorted: boolean): EntityIndex | undefined {
    const keysOf = findKeys(name);
    const index = inUse.get(name) ?? { ...createEntityIndex(keysOf, existing), keysOf, isBuilding: false };
    inUse.set(name, index);
    if (index.isBuilding) return undefined;
    if (index.build(isSorted)) return index;
    index.isBuilding = true;
    const buildMore = () => {
      index.isBuilding = !index.build(isSorted);
      if (index.isBuilding) setImmediate(buildMore);
    };
    setImmediate(buildMore);
    return undefined;
  }

  /** Returns the ids of all entities in the order of a sorted list. Used while the index is built. */
  function sortAll({ by, after, descending = false }: Sort): Id[] {
    const keysOf = findKeys(by);
    const positions: SortPosition[] = [];
    for (const [id, state] of existing(undefined))
      for (const key of keysOf(state, id)) positions.push({ id, key });
    return positions
      .filter((position) => after === undefined || comparePositions(position, after, descending) > 0)
      .toSorted((a, b) => comparePositions(a, b, descending))
      .map(({ id }) => id);
  }

  return {
    replace(id, before, after) {
      for (const { keysOf, replace } of inUse.values()) {
        replace(id, before ? keysOf(before.state, id) : noKeys, after ? keysOf(after.state, id) : noKeys);
      }
    },

    select(where, sort, after) {
      const wanted = Object.entries(where).flatMap(([name, key]) =>
        key === undefined ? [] : [{ name, key: normalizeKey(key), keysOf: findKeys(name) }],
      );
      const [first] = wanted;
      return {
        candidates:
          sort === undefined
            ? first && indexOf(first.name, false)?.find(first.key, after)
            : (indexOf(sort.by, true)?.sorted(sort.after, sort.descending) ?? sortAll(sort)),
        matches: (state, id) => wanted.every(({ keysOf, key }) => keysOf(state, id).includes(key)),
      };
    },
  };
}
