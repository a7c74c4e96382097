/** The entities of a view, sorted by id. */

import type { Id } from '../../domain/entity-id.ts';

export type Entry<State> = { readonly state: State; readonly version: number };

/**
 * Entities with ascending ids, in parallel arrays. They need half the memory of a tree of objects, and arrays of small integers are
 * not examined by the garbage collector.
 */
export type Block<State> = {
  readonly ids: Id[];
  readonly versions: number[];
  readonly states: State[];
  /** How often each entity was set. */
  readonly counts: number[];
};

export type Entries<State> = {
  readonly size: number;
  get(id: Id): Entry<State> | undefined;
  /** Returns how often the entity was set. */
  set(id: Id, entry: Entry<State>): number;
  /** Adds entities with greater ids than all others. The arrays belong to the table from then on. */
  append(block: Block<State>): void;
  /** Yields the entries by ascending id, beginning with `from`. */
  entries(from?: Id): Iterable<readonly [id: Id, entry: Entry<State>]>;
  /** Yields all entities. The blocks must not be modified. */
  blocks(): Iterable<Block<State>>;
  /** Returns a copy that shares all blocks. A shared block is copied when one of both changes it. */
  clone(): Entries<State>;
};

/** Maximum number of entities in a block. An insertion moves half as many on average. */
export const maxBlockLength = 250;

type OwnedBlock<State> = Block<State> & { readonly owner: object };

export function createEntries<State>(shared: readonly OwnedBlock<State>[] = []): Entries<State> {
  /** Blocks of another owner are shared. */
  let owner = {};
  const blocks = [...shared];
  if (blocks.length === 0) blocks.push({ owner, ids: [], versions: [], states: [], counts: [] });
  /** The last id of each block, except for the last block, which takes all greater ids. */
  const lastIds = blocks.slice(0, -1).map(({ ids }) => at(ids, ids.length - 1));
  let size = blocks.reduce((sum, { ids }) => sum + ids.length, 0);

  function replaceBlock(number: number, ...replacements: readonly Block<State>[]) {
    blocks.splice(number, 1, ...replacements.map((block) => ({ ...block, owner })));
  }

  function writableBlock(number: number): Block<State> {
    if (at(blocks, number).owner !== owner) replaceBlock(number, slice(at(blocks, number), 0));
    return at(blocks, number);
  }

  /** @param index where an id will be inserted. At the end, the block stays full, because ids are mostly ascending. */
  function split(number: number, index: number) {
    const block = at(blocks, number);
    const length = index === maxBlockLength ? index : maxBlockLength / 2;
    replaceBlock(number, slice(block, 0, length), slice(block, length));
    lastIds.splice(number, 0, at(block.ids, length - 1));
  }

  function set(id: Id, entry: Entry<State>): number {
    const number = findIndex(lastIds, id);
    const block = writableBlock(number);
    const { ids, versions, states, counts } = block;
    const index = findIndex(ids, id);
    if (ids[index] === id) {
      versions[index] = entry.version;
      states[index] = entry.state;
      return (counts[index] = at(counts, index) + 1);
    }
    if (ids.length >= maxBlockLength) {
      split(number, index);
      return set(id, entry);
    }
    insert(ids, index, id);
    insert(versions, index, entry.version);
    insert(states, index, entry.state);
    insert(counts, index, 1);
    size += 1;
    return 1;
  }

  return {
    get size() {
      return size;
    },

    get(id) {
      const { ids, versions, states } = at(blocks, findIndex(lastIds, id));
      const index = findIndex(ids, id);
      return ids[index] === id ? { version: at(versions, index), state: at(states, index) } : undefined;
    },

    set,

    append(block) {
      const { ids } = at(blocks, blocks.length - 1);
      if (ids.length === 0) blocks.pop();
      else lastIds.push(at(ids, ids.length - 1));
      blocks.push({ ...block, owner });
      size += block.ids.length;
    },

    *entries(from) {
      let number = from === undefined ? 0 : findIndex(lastIds, from);
      let index = from === undefined ? 0 : findIndex(at(blocks, number).ids, from);
      for (; number < blocks.length; number++, index = 0) {
        const { ids, versions, states } = at(blocks, number);
        for (; index < ids.length; index++)
          yield [at(ids, index), { version: at(versions, index), state: at(states, index) }];
      }
    },

    blocks: () => blocks,

    clone() {
      owner = {};
      return createEntries(blocks);
    },
  };
}

function slice<State>(block: Block<State>, start: number, end?: number): Block<State> {
  return {
    ids: block.ids.slice(start, end),
    versions: block.versions.slice(start, end),
    states: block.states.slice(start, end),
    counts: block.counts.slice(start, end),
  };
}

function insert<T>(items: T[], index: number, item: T): void {
  if (index === items.length) items.push(item);
  else items.splice(index, 0, item);
}

/** Returns the item at an index that exists. */
function at<T>(items: readonly T[], index: number): T {
  // The type of an element includes undefined, which `T` may include as well.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return items[index] as T;
}

/** Returns the index of `value` in an ascending array, or the index at which it would be inserted. */
export function findIndex<Value extends Id>(ascending: readonly Value[], value: Value): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    // Not `at`, which reads arrays of all kinds and is therefore slow here.
    if ((ascending[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
