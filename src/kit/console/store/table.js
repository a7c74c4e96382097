/** The entities as the page holds them: by id, found by text, sorted by a column. */

import { toText } from '../parts/text.js';

/**
 * @typedef {{ id: number, [field: string]: unknown }} Entity
 *
 * A row knows its text, so that finding is quick, and how often it has changed before the reader's eyes.
 * @typedef {{ id: number, entity: Entity, text: string, changes: number }} Row
 *
 * @typedef {{ field: string, descending: boolean }} Order
 */

const collator = new Intl.Collator(undefined, { numeric: true });

export class Table {
  /** @type {Map<number, Row>} */
  #rows = new Map();
  /** What was shown last: when little has changed since, sorting it again is quick. @type {Row[]} */
  #sorted = [];
  #sortedBy = '';
  #isStale = false;

  get size() {
    return this.#rows.size;
  }

  /** @param {number} id */
  get(id) {
    return this.#rows.get(id);
  }

  /** Whether something was changed by it. @param {Entity} entity @param {boolean} isLive whether the reader should notice */
  put(entity, isLive) {
    const known = this.#rows.get(entity.id);
    if (known !== undefined && JSON.stringify(known.entity) === JSON.stringify(entity)) return false;
    const text = Object.values(entity).map(toText).join('\n').toLowerCase();
    const changes = (known?.changes ?? 0) + (isLive ? 1 : 0);
    this.#rows.set(entity.id, { id: entity.id, entity, text, changes });
    this.#isStale = true;
    return true;
  }

  /** @param {number} id */
  remove(id) {
    const wasThere = this.#rows.delete(id);
    this.#isStale ||= wasThere;
    return wasThere;
  }

  /**
   * Takes over a page of the list: what is in it, and that nothing else is between its ends.
   *
   * @param {Entity[]} page by ascending id
   * @param {number} after the id after which it begins
   * @param {number} upTo the id up to which it is whole
   * @param {boolean} isLive
   */
  putPage(page, after, upTo, isLive) {
    const found = new Set(page.map(({ id }) => id));
    for (const id of this.#rows.keys()) if (id > after && id <= upTo && !found.has(id)) this.remove(id);
    for (const entity of page) this.put(entity, isLive);
  }

  /**
   * The rows whose text holds every word of `search`.
   *
   * @param {string} search
   * @param {Order} order
   * @returns {Row[]}
   */
  list(search, { field, descending }) {
    const sortedBy = `${field} ${descending}`;
    if (this.#isStale || this.#sortedBy !== sortedBy) {
      const same = this.#sortedBy === sortedBy;
      const rows = same ? this.#merge() : [...this.#rows.values()];
      const direction = descending ? -1 : 1;
      rows.sort((one, other) => direction * compare(one, other, field) || one.id - other.id);
      this.#sorted = rows;
      this.#sortedBy = sortedBy;
      this.#isStale = false;
    }
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return this.#sorted;
    return this.#sorted.filter(({ text }) => words.every((word) => text.includes(word)));
  }

  /** What there is, in the order that was shown last; what is new stands behind. */
  #merge() {
    const rest = new Map(this.#rows);
    const rows = this.#sorted.flatMap(({ id }) => {
      const row = rest.get(id);
      rest.delete(id);
      return row === undefined ? [] : [row];
    });
    return [...rows, ...rest.values()];
  }
}

/** @param {Row} one @param {Row} other @param {string} field */
function compare(one, other, field) {
  const [a, b] = [one.entity[field], other.entity[field]];
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(toText(a), toText(b));
}
