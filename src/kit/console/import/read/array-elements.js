/**
 * A JSON value and the line where it begins. A value beyond {@link maxLength} may be incomplete.
 *
 * @typedef {{ readonly line: number, readonly text: string }} JsonText
 */

/** Maximum length of an object, in characters. A longer one is unlikely to be a row, and the file is not read further. */
export const maxLength = 1024 * 1024;

/**
 * Splits the text of a JSON array into its elements, without parsing them. Yields an error if the array does not end, or if
 * something follows it. An element beyond the length limit is the last one.
 *
 * @param {AsyncIterable<string>} text
 * @returns {AsyncGenerator<JsonText | { readonly line: number, readonly error: string }, void>}
 */
export async function* arrayElements(text) {
  let line = 1;
  /** 0 outside the array, 1 between its elements. */
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let element = '';
  let elementLine = 1;
  let isComplete = false;
  for await (const chunk of text) {
    /** Where the part of `chunk` begins that is not yet in `element`. */
    let start = 0;
    for (let index = 0; index < chunk.length; index++) {
      const character = chunk[index];
      if (character === '\n') line += 1;
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (character === '\\') isEscaped = true;
        else if (character === '"') isInString = false;
        continue;
      }
      if (isComplete && character?.trim() !== '')
        return yield { line, error: 'something follows the array; it was not read' };
      if (character === '"') isInString = true;
      else if (character === '[' || character === '{') {
        depth += 1;
        if (depth === 1) start = index + 1;
      } else if (character === ']' || character === '}') {
        depth -= 1;
        isComplete = depth === 0;
      }
      if (isComplete || (character === ',' && depth === 1)) {
        const value = element + chunk.slice(start, index);
        if (value.trim() !== '') yield { line: elementLine + leadingLines(value), text: value };
        element = '';
        elementLine = line;
        start = index + 1;
      }
    }
    element += chunk.slice(start);
    if (element.length > maxLength) return yield { line: elementLine + leadingLines(element), text: element };
  }
  if (!isComplete) yield { line, error: 'the array does not end; its last element was not read' };
}

/** @param {string} value */
function leadingLines(value) {
  return (/^\s*/.exec(value)?.[0].split('\n').length ?? 1) - 1;
}
