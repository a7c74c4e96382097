/** In-memory table of entities with search and sorting. */

import { toText } from '../parts/text.js';
import { compareIds } from '../contract/ids.js';

/**
 * @typedef {{ id: import('../contract/ids.js').Id, [field: string]: unknown }} Entity
 *
 * `text` is the searchable text, precomputed; `changes` counts the changes since the row was first shown.
 * @typedef {{ id: import('../contract/ids.js').Id, entity: Entity, text: string, changes: number }} Row
 *
 * @typedef {{ field: string, descending: boolean }} Order
 */

const collator = new Intl.Collator(undefined, { numeric: true });

export class Table {
  /** @type {Map<import('../contract/ids.js').Id, Row>} */
  #rows = new Map();
  /** The rows in the order of the last list. Since then, rows may have been added, removed or changed. @type {Row[]} */
  #sorted = [];
  /** @type {Order} */
  #order = { field: 'id', descending: false };
  /** @type {Row[]} */
  #added = [];
  #hasRemoved = false;
  /** Whether a row has another value in the field of the order. */
  #isUnordered = false;
  /** Increases with every change. */
  version = 0;

  get size() {
    return this.#rows.size;
  }

  /** @param {import('../contract/ids.js').Id} id */
  get(id) {
    return this.#rows.get(id);
  }

  /** Returns whether the row changed. @param {Entity} entity @param {boolean} isLive whether to count the change */
  put(entity, isLive) {
    const known = this.#rows.get(entity.id);
    if (known !== undefined && JSON.stringify(known.entity) === JSON.stringify(entity)) return false;
    const text = Object.values(entity).map(toText).join('\n').toLowerCase();
    const changes = (known?.changes ?? 0) + (isLive ? 1 : 0);
    if (known === undefined) {
      const row = { id: entity.id, entity, text, changes };
      this.#rows.set(entity.id, row);
      this.#added.push(row);
    } else {
      this.#isUnordered ||= compare(known.entity, entity, this.#order.field) !== 0;
      Object.assign(known, { entity, text, changes });
    }
    this.version += 1;
    return true;
  }

  /** @param {import('../contract/ids.js').Id} id */
  remove(id) {
    const existed = this.#rows.delete(id);
    this.#hasRemoved ||= existed;
    if (existed) this.version += 1;
    return existed;
  }

  rows() {
    return this.#rows.values();
  }

  /** Highlights the rows that differ from those of a table that was shown before. @param {Table} previous */
  markChanges(previous) {
    for (const row of this.#rows.values()) {
      const before = previous.get(row.id);
      row.changes = (before?.changes ?? 0) + (before?.text === row.text ? 0 : 1);
    }
  }

  /**
   * Applies a page of the list. Rows with ids in its range that are not on the page are removed.
   *
   * @param {Entity[]} page by ascending id
   * @param {import('../contract/ids.js').Id | undefined} after start of the range, exclusive; undefined: the beginning
   * @param {import('../contract/ids.js').Id | undefined} upTo end of the range, inclusive; undefined: the end
   * @param {boolean} isLive
   * @param {(id: import('../contract/ids.js').Id) => boolean} [isNewer] whether a row, or its absence, is newer than the page
   */
  putPage(page, after, upTo, isLive, isNewer = () => false) {
    const found = new Set(page.map(({ id }) => id));
    for (const id of this.#rows.keys()) {
      const isInRange = (after === undefined || id > after) && (upTo === undefined || id <= upTo);
      if (isInRange && !found.has(id) && !isNewer(id)) this.remove(id);
    }
    for (const entity of page) if (!isNewer(entity.id)) this.put(entity, isLive);
  }

  /**
   * Returns the rows whose text contains every word of `search`.
   *
   * @param {string} search
   * @param {Order} order
   * @returns {Row[]}
   */
  list(search, order) {
    this.#sort(order);
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return this.#sorted;
    return this.#sorted.filter(({ text }) => words.every((word) => text.includes(word)));
  }

  /** Most changes of a row do not move it. A nearly sorted array is faster to sort. @param {Order} order */
  #sort({ field, descending }) {
    const hasAdded = this.#added.length > 0;
    const isOtherOrder = field !== this.#order.field || descending !== this.#order.descending;
    if (hasAdded || this.#hasRemoved) {
      const isKept = (/** @type {Row} */ row) => this.#rows.get(row.id) === row;
      this.#sorted = [...this.#sorted, ...this.#added].filter(isKept);
    }
    if (hasAdded || this.#isUnordered || isOtherOrder) {
      this.#sorted.sort(compareRowsBy({ field, descending }));
    }
    this.#added = [];
    this.#hasRemoved = false;
    this.#isUnordered = false;
    this.#order = { field, descending };
  }
}

/** @param {Order} order @returns {(a: Row, b: Row) => number} */
export function compareRowsBy({ field, descending }) {
  const direction = descending ? -1 : 1;
  return (a, b) => direction * compare(a.entity, b.entity, field) || compareIds(a.id, b.id);
}

/** @param {Entity} a @param {Entity} b @param {string} field */
function compare(a, b, field) {
  const [left, right] = [a[field], b[field]];
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return collator.compare(toText(left), toText(right));
}
