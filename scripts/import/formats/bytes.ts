/** Opens a file, unpacks gzip, and looks at its first bytes. */

import { createReadStream } from 'node:fs';
import { addAbortSignal, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isGzip } from '../../../src/kit/console/import/read/foreign-content.js';

export type Bytes = {
  /** The first bytes of the content; `content` includes them. */
  readonly head: Uint8Array;
  readonly content: AsyncIterable<Uint8Array>;
  /** Bytes read from the file so far. */
  readonly bytesRead: () => number;
  readonly close: () => void;
};

/** Number of first bytes that are enough to recognise the format and the encoding, unless the file is shorter. */
const headLength = 1024;

/** @param file `-` is standard input. Reading fails once `signal` is aborted. */
export async function openBytes(file: string, signal: AbortSignal): Promise<Bytes> {
  const stream: Readable & { readonly bytesRead?: number } = addAbortSignal(
    signal,
    file === '-' ? process.stdin : createReadStream(file),
  );
  const raw = await peek(stream);
  const { head, content } = isGzip(raw.head) ? await peek(unpack(raw.content)) : raw;
  return { head, content, bytesRead: () => stream.bytesRead ?? 0, close: () => stream.destroy() };
}

function unpack(content: AsyncIterable<Uint8Array>): Readable {
  const gunzip = createGunzip();
  // An error destroys the stream and is thrown by whoever reads from it.
  pipeline(Readable.from(content), gunzip, () => undefined);
  return gunzip;
}

/** Reads the first bytes. */
async function peek(stream: Readable): Promise<Pick<Bytes, 'head' | 'content'>> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let head: Uint8Array = new Uint8Array();
  let isAtEnd = false;
  while (head.length < headLength && !isAtEnd) {
    const { value, done = false } = await chunks.next();
    isAtEnd = done;
    if (!done) head = Buffer.concat([head, value]);
  }
  async function* content() {
    if (head.length > 0) yield head;
    for (;;) {
      const { value, done } = await chunks.next();
      if (done) return;
      yield value;
    }
  }
  return { head, content: content() };
}
