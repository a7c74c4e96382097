/** Items joined into chunks, as large as a connection is given at once; clients that stand at the same item share one. */

import { bytesFor, type FeedFilter, type FeedItem } from './feed-item.ts';

export type FeedChunk = {
  /** How many items were looked at. */
  readonly count: number;
  /** The position of the last one of them. */
  readonly position: number;
  /** Those that pass the filter; undefined when none does. */
  readonly bytes: Buffer | undefined;
};

export type FeedChunks = {
  /** What follows from `items[start]` on; undefined when that is beyond the end. */
  from(items: readonly FeedItem[], start: number, filter: FeedFilter): FeedChunk | undefined;
};

/** Bytes after which a chunk is full. */
export const chunkBytes = 32 * 1024;

export function createFeedChunks(): FeedChunks {
  /** The last chunk without a filter, and the item that it begins with. */
  let shared: { readonly first: FeedItem; readonly chunk: FeedChunk } | undefined;

  return {
    from(items, start, filter) {
      const first = items[start];
      if (first === undefined) return undefined;
      if (filter.types !== undefined || filter.id !== undefined) return join(items, start, first, filter);
      if (shared?.first !== first) shared = { first, chunk: join(items, start, first, filter) };
      return shared.chunk;
    },
  };
}

function join(items: readonly FeedItem[], start: number, first: FeedItem, filter: FeedFilter): FeedChunk {
  const parts: Buffer[] = [];
  let size = 0;
  let index = start;
  let { position } = first;
  for (let item = items[index]; item !== undefined && size < chunkBytes; item = items[(index += 1)]) {
    position = item.position;
    const bytes = bytesFor(filter, item);
    if (bytes === undefined) continue;
    parts.push(bytes);
    size += bytes.length;
  }
  const bytes = parts.length > 1 ? Buffer.concat(parts, size) : parts[0];
  return { count: index - start, position, bytes };
}
