/** Converts between text lines and the byte streams of an object store. */

import { setImmediate as nextTurn } from 'node:timers/promises';

const newline = 10;

/** Returns a byte stream of newline-terminated lines. It yields to the event loop before each line. */
export function encodeLines(lines: Iterable<string>): ReadableStream<Uint8Array> {
  const iterator = lines[Symbol.iterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      await nextTurn();
      const { done, value } = iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(`${value}\n`));
    },
  });
}

/** Yields the lines in `chunks` without their line feeds. Text after the last line feed is also a line. */
export async function* decodeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let pending: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      yield Buffer.concat([...pending, chunk.subarray(from, end)]).toString();
      pending = [];
      from = end + 1;
    }
    if (from < chunk.length) pending.push(chunk.subarray(from));
  }
  if (pending.length > 0) yield Buffer.concat(pending).toString();
}

/** No chunk arrived in time. */
export class ChunkTimeout extends Error {}

/**
 * Yields the chunks of `stream` and throws ChunkTimeout if one takes longer than `timeoutMs`. Without a timeout, reading an object
 * whose chunks were deleted would never end.
 */
export async function* withChunkTimeout(
  stream: ReadableStream<Uint8Array>,
  timeoutMs: number,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new ChunkTimeout(`no more data within ${timeoutMs} ms`)), timeoutMs);
      });
      const { done, value } = await Promise.race([reader.read(), timeout]).finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
