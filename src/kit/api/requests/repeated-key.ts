import { visit } from 'jsonc-parser';

/**
 * Returns the path of the first key that an object has twice; undefined if there is none. `JSON.parse` keeps the last value
 * of such a key.
 *
 * @param text valid JSON.
 * @throws RangeError if the text is nested several thousand levels deep.
 */
export function findRepeatedKey(text: string): readonly PropertyKey[] | undefined {
  const objects: Set<string>[] = [];
  let found: readonly PropertyKey[] | undefined;
  visit(text, {
    onObjectBegin: () => void objects.push(new Set()),
    onObjectEnd: () => void objects.pop(),
    onObjectProperty(key, _offset, _length, _line, _character, readPath) {
      const keys = objects.at(-1);
      if (keys?.has(key)) found ??= [...readPath(), key];
      keys?.add(key);
    },
  });
  return found;
}
