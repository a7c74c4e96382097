/** Which entities refer to what: the references in their states, the other way round. */

import sortedBTree from 'sorted-btree';

export type ReferenceIndex<State> = {
  /** Notes that the state of `id` was `before` and is `after`. */
  replace(id: number, before: State, after: State): void;
  /** The ids greater than `after` (default 0) that refer to `target`, ascending, at most `limit`. */
  list(target: number, options: { readonly after?: number; readonly limit: number }): number[];
};

/** @param referencesOf the ids that a state refers to, each once. */
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
      const old = referencesOf(before);
      const now = referencesOf(after);
      if (old === now) return;
      for (const target of old) if (!now.includes(target)) remove(id, target);
      for (const target of now) if (!old.includes(target)) add(id, target);
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
