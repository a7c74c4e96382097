/**
 * Reads text until `isEnough`, or until its end.
 *
 * @param {AsyncIterable<string>} text
 * @param {(head: string) => boolean} isEnough
 * @returns {Promise<{ head: string, all: AsyncIterable<string> }>} `all`: the whole text; can be read once
 */
export async function peekText(text, isEnough) {
  const chunks = text[Symbol.asyncIterator]();
  let head = '';
  for (let isAtEnd = false; !isAtEnd && !isEnough(head);) {
    const { value = '', done = false } = await chunks.next();
    head += value;
    isAtEnd = done;
  }
  async function* all() {
    yield head;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { head, all: all() };
}
