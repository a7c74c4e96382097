/** Strings, followed by a colon if they are keys, and the ends of objects and arrays. */
const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g;

/**
 * Returns the first key that an object has twice, of which `JSON.parse` keeps the last value; undefined if there is none.
 *
 * @param {string} text valid JSON
 */
export function findRepeatedKey(text) {
  /** @type {Set<string>[]} */
  const objects = [];
  for (const [token, string, colon] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') objects.push(new Set());
    else if (token === '}' || token === ']') objects.pop();
    else if (string !== undefined && colon !== undefined) {
      const key = String(JSON.parse(string));
      if (objects.at(-1)?.has(key)) return key;
      objects.at(-1)?.add(key);
    }
  }
  return undefined;
}
