/**
 * Returns a digest of 106 bits. It is not cryptographic, because pages that are served over plain HTTP have no `crypto.subtle`;
 * the service compares the rows that have the same key.
 *
 * @param {string} text
 */
export function digestOf(text) {
  return hash(text, 0) + hash(text, 0x9e3779b9);
}

/** cyrb53, by bryc (public domain): 53 bits. @param {string} text @param {number} seed */
function hash(text, seed) {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36).padStart(11, '0');
}
