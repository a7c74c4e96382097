/**
 * Returns the index of the row that a key leads to; undefined if the key does not select a row.
 *
 * @param {string} key
 * @param {number | undefined} index of the selected row
 * @param {number} count
 * @param {number} page rows that are visible at once
 */
export function keyTarget(key, index, count, page) {
  if (count === 0) return undefined;
  const within = (/** @type {number} */ value) => Math.max(0, Math.min(count - 1, value));
  switch (key) {
    case 'ArrowDown':
      return index === undefined ? 0 : within(index + 1);
    case 'ArrowUp':
      return within((index ?? 0) - 1);
    case 'PageDown':
      return within((index ?? 0) + page);
    case 'PageUp':
      return within((index ?? 0) - page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
