/**
 * The id of an entity.
 * @typedef {number | string} Id
 */

/** Returns undefined for a text that cannot be an id. @param {{ hasTextIds: boolean } | undefined} contract @param {string} text @returns {Id | undefined} */
export function toId(contract, text) {
  if (contract === undefined || contract.hasTextIds) return text;
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

/** @param {Id} a @param {Id} b */
export function compareIds(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
