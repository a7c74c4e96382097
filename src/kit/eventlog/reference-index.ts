/** Reverse index of the references in entity states. */

import sortedBTree from 'sorted-btree';

export type ReferenceIndex<State> = {
  /** Updates the index after the state of `id` changed from `before` to `after`. */
  replace(id: number, before: State, after: State): void;
  /** Returns the ids that refer to `target` and are greater than `after` (default 0), ascending, at most `limit`. */
  list(target: number, options: { readonly after?: number; readonly limit: number }): number[];
};

/** @param referencesOf returns the ids that a state refers to, without duplicates. */
export function createReferenceIndex<State>(
  referencesOf: (state: State) => readonly number[],
): ReferenceIndex<State> {
  const referring = new Map<number, sortedBTree.default<number, undefined>>();

  function add(id: number, target: number) {
    let ids = referring.get(target);
    if (ids === undefined) referring.set(target, (ids = new sortedBTree.default(undefined, (a, b) => a - b)));
    ids.set(id, undefined);
  }

  function remove(id: number, target: number) {
    const ids = referring.get(target);
    ids?.delete(id);
    if (ids?.size === 0) referring.delete(target);
  }

  return {
    replace(id, before, after) {
      const previous = referencesOf(before);
      const current = referencesOf(after);
      if (previous === current) return;
      for (const target of previous) if (!current.includes(target)) remove(id, target);
      for (const target of current) if (!previous.includes(target)) add(id, target);
    },

    list(target, { after = 0, limit }) {
      const found: number[] = [];
      if (limit <= 0) return found;
      for (const id of referring.get(target)?.keys(after + 1) ?? []) {
        found.push(id);
        if (found.length >= limit) break;
      }
      return found;
    },
  };
}
