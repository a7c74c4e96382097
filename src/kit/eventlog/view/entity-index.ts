/** An index of entities by keys that their states contain. */

import sortedBTree from 'sorted-btree';
import { compareIds, keyAfter, type Id } from '../../domain/entity-id.ts';
import { compareKeys, type IndexKey } from '../../domain/service/index-definition.ts';

/** A place in a sorted list: the entity with this key and this id. */
export type SortPosition = { readonly key: IndexKey; readonly id: Id };

/** Compares places in a sorted list. Ids are always ascending. */
export function comparePositions(a: SortPosition, b: SortPosition, descending: boolean): number {
  const byKey = compareKeys(a.key, b.key);
  return (descending ? -byKey : byKey) || compareIds(a.id, b.id);
}

export type EntityIndex = {
  /** Updates the index after the keys of `id` changed. */
  replace(id: Id, before: readonly IndexKey[], after: readonly IndexKey[]): void;
  /**
   * Continues to build the index, for a few milliseconds. Returns true once it is complete, for sorted lists if `isSorted`.
   * Until then, `find` and `sorted` must not be used.
   */
  build(isSorted: boolean): boolean;
  /** Yields the ids with a key, ascending, after `after`. */
  find(key: IndexKey, after: Id | undefined): Iterable<Id>;
  /** Yields all ids by ascending or descending key, then by ascending id, beginning after `after`. */
  sorted(after: SortPosition | undefined, descending?: boolean): Iterable<Id>;
};

/** Returns the keys of an entity that exists. */
export type EntityKeys = (state: unknown, id: Id) => readonly IndexKey[];

/** Returns the existing entities with a greater id, by ascending id. */
export type ExistingEntities = (after: Id | undefined) => Iterable<readonly [id: Id, state: unknown]>;

/** Number of entities or keys that one call of `build` adds. */
const buildStep = 5_000;

type Ids = sortedBTree.default<Id, undefined>;

export function createEntityIndex(keysOf: EntityKeys, existing: ExistingEntities): EntityIndex {
  /** Most keys of a unique index have one id, which needs no tree. */
  const byKey = new Map<IndexKey, Id | Ids>();
  /** Entities up to this id are in the index, and all of them once it is complete. */
  let builtUpTo: Id | undefined;
  let isBuilt = false;
  /** Created for the first sorted list. */
  let sortedKeys: sortedBTree.default<IndexKey, undefined> | undefined;
  /** The keys that are not sorted yet; the iterator of a Map also returns keys that are added later. */
  let unsortedKeys: Iterator<IndexKey> | undefined;

  function add(id: Id, key: IndexKey) {
    const ids = byKey.get(key);
    if (ids === undefined) {
      byKey.set(key, id);
      sortedKeys?.set(key, undefined);
    } else if (typeof ids !== 'object') {
      const both: Ids = new sortedBTree.default(undefined, compareIds);
      both.set(ids, undefined);
      both.set(id, undefined);
      byKey.set(key, both);
    } else ids.set(id, undefined);
  }

  function remove(id: Id, key: IndexKey) {
    const ids = byKey.get(key);
    if (typeof ids === 'object') {
      ids.delete(id);
      if (ids.size > 0) return;
    }
    byKey.delete(key);
    sortedKeys?.delete(key);
  }

  function* idsOf(key: IndexKey, after: Id | undefined): Generator<Id, void> {
    const ids = byKey.get(key);
    if (typeof ids === 'object') yield* ids.keys(keyAfter(after));
    else if (ids !== undefined && (after === undefined || ids > after)) yield ids;
  }

  function* keysFrom(first: IndexKey | undefined, descending: boolean): Generator<IndexKey, void> {
    if (!descending) yield* sortedKeys?.keys(first) ?? [];
    else for (const [key] of sortedKeys?.entriesReversed(first) ?? []) yield key;
  }

  function buildIds(): boolean {
    let count = 0;
    for (const [id, state] of existing(builtUpTo)) {
      for (const key of keysOf(state, id)) add(id, key);
      builtUpTo = id;
      if ((count += 1) >= buildStep) return false;
    }
    isBuilt = true;
    return true;
  }

  function buildSortedKeys(): boolean {
    if (sortedKeys === undefined) {
      sortedKeys = new sortedBTree.default(undefined, compareKeys);
      unsortedKeys = byKey.keys();
    }
    for (let count = 0; unsortedKeys !== undefined && count < buildStep; count++) {
      const { done, value } = unsortedKeys.next();
      if (done) unsortedKeys = undefined;
      else sortedKeys.set(value, undefined);
    }
    return unsortedKeys === undefined;
  }

  return {
    build: (isSorted) => buildIds() && (!isSorted || buildSortedKeys()),

    replace(id, before, after) {
      if (!isBuilt && (builtUpTo === undefined || id > builtUpTo)) return;
      for (const key of before) if (!after.includes(key)) remove(id, key);
      for (const key of after) if (!before.includes(key)) add(id, key);
    },

    find: idsOf,

    *sorted(after, descending = false) {
      for (const key of keysFrom(after?.key, descending)) {
        yield* idsOf(key, key === after?.key ? after.id : undefined);
      }
    },
  };
}
