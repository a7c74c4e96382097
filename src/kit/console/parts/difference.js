/**
 * @typedef {{ field: string, before: unknown, after: unknown }} Difference
 * @typedef {{ [field: string]: unknown }} Fields
 */

/**
 * @param {Fields | undefined} before undefined: it did not exist
 * @param {Fields | undefined} after
 * @returns {Difference[]}
 */
export function differenceOf(before = {}, after = {}) {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}
