/** Compares the table at a point in time with the current one. */

import { differenceOf } from '../parts/difference.js';
import { compareRowsBy } from './table.js';

/**
 * @typedef {import('./table.js').Table} Table
 * @typedef {import('./table.js').Row} Row
 * @typedef {import('./table.js').Entity} Entity
 * @typedef {import('./table.js').Order} Order
 * @typedef {import('../parts/difference.js').Difference} Difference
 *
 * What has happened to an entity since then.
 * @typedef {'added' | 'changed' | 'removed' | 'unchanged'} Kind
 * @typedef {{ kind: Kind, differences: readonly Difference[] }} Change
 *
 * @typedef {object} Comparison
 * @property {Record<Kind, number>} counts
 * @property {(row: Row) => Change} changeOf
 * @property {(kinds: ReadonlySet<Kind>, search: string, order: Order) => Row[]} list the rows of these kinds: the current ones, and
 *   removed ones as they were then
 */

/** @type {Change} */
const added = { kind: 'added', differences: [] };
/** @type {Change} */
const removed = { kind: 'removed', differences: [] };
/** @type {Change} */
const unchanged = { kind: 'unchanged', differences: [] };

/** Returns a function that compares two tables. It remembers the rows that it has compared. */
export function createComparison() {
  /** Rows change in place, entities do not. @type {WeakMap<Entity, { before: Entity, change: Change }>} */
  const compared = new WeakMap();
  /** @type {{ past: Table, now: Table, version: number, comparison: Comparison } | undefined} */
  let latest;

  /** @param {Row} then @param {Row} now @returns {Change} */
  function compareRows(then, now) {
    const known = compared.get(now.entity);
    if (known?.before === then.entity) return known.change;
    const differences = differenceOf(then.entity, now.entity);
    /** @type {Change} */
    const change = differences.length === 0 ? unchanged : { kind: 'changed', differences };
    compared.set(now.entity, { before: then.entity, change });
    return change;
  }

  return (/** @type {Table} */ then, /** @type {Table} */ now) => {
    if (latest?.past === then && latest.now === now && latest.version === now.version)
      return latest.comparison;
    const comparison = compareTables(then, now, compareRows);
    latest = { past: then, now, version: now.version, comparison };
    return comparison;
  };
}

/** @param {Table} then @param {Table} now @param {(then: Row, now: Row) => Change} compareRows @returns {Comparison} */
function compareTables(then, now, compareRows) {
  const changeOf = (/** @type {Row} */ { id }) => {
    const [before, after] = [then.get(id), now.get(id)];
    if (after === undefined) return removed;
    return before === undefined ? added : compareRows(before, after);
  };
  const counts = { added: 0, changed: 0, removed: 0, unchanged: 0 };
  for (const row of now.rows()) counts[changeOf(row).kind] += 1;
  counts.removed = then.size - (now.size - counts.added);
  return {
    counts,
    changeOf,
    list(kinds, search, order) {
      const isListed = (/** @type {Row} */ row) => kinds.has(changeOf(row).kind);
      const current = now.list(search, order).filter(isListed);
      if (!kinds.has('removed') || counts.removed === 0) return current;
      const gone = then.list(search, order).filter(({ id }) => now.get(id) === undefined);
      return [...current, ...gone].toSorted(compareRowsBy(order));
    },
  };
}
