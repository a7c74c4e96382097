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
  /** Result of the last sort, reused because a nearly sorted array is faster to sort. @type {Row[]} */
  #sorted = [];
  #sortedBy = '';
  #isStale = false;

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
    this.#rows.set(entity.id, { id: entity.id, entity, text, changes });
    this.#isStale = true;
    return true;
  }

  /** @param {import('../contract/ids.js').Id} id */
  remove(id) {
    const existed = this.#rows.delete(id);
    this.#isStale ||= existed;
    return existed;
  }

  /**
   * Applies a page of the list. Rows with ids in its range that are not on the page are removed.
   *
   * @param {Entity[]} page by ascending id
   * @param {import('../contract/ids.js').Id | undefined} after start of the range, exclusive; undefined: the beginning
   * @param {import('../contract/ids.js').Id | undefined} upTo end of the range, inclusive; undefined: the end
   * @param {boolean} isLive
   */
  putPage(page, after, upTo, isLive) {
    const found = new Set(page.map(({ id }) => id));
    for (const id of this.#rows.keys()) {
      const isInRange = (after === undefined || id > after) && (upTo === undefined || id <= upTo);
      if (isInRange && !found.has(id)) this.remove(id);
    }
    for (const entity of page) this.put(entity, isLive);
  }

  /**
   * Returns the rows whose text contains every word of `search`.
   *
   * @param {string} search
   * @param {Order} order
   * @returns {Row[]}
   */
  list(search, { field, descending }) {
    const sortedBy = `${field} ${descending}`;
    if (this.#isStale || this.#sortedBy !== sortedBy) {
      const isSameOrder = this.#sortedBy === sortedBy;
      const rows = isSameOrder ? this.#rowsInLastOrder() : [...this.#rows.values()];
      const direction = descending ? -1 : 1;
      rows.sort((a, b) => direction * compare(a, b, field) || compareIds(a.id, b.id));
      this.#sorted = rows;
      this.#sortedBy = sortedBy;
      this.#isStale = false;
    }
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return this.#sorted;
    return this.#sorted.filter(({ text }) => words.every((word) => text.includes(word)));
  }

  /** Returns the current rows in the order of the last result, followed by new rows. */
  #rowsInLastOrder() {
    const rest = new Map(this.#rows);
    const rows = this.#sorted.flatMap(({ id }) => {
      const row = rest.get(id);
      rest.delete(id);
      return row === undefined ? [] : [row];
    });
    return [...rows, ...rest.values()];
  }
}

/** @param {Row} a @param {Row} b @param {string} field */
function compare(a, b, field) {
  const [left, right] = [a.entity[field], b.entity[field]];
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return collator.compare(toText(left), toText(right));
}
