/** Joins feed items into chunks, which are written to clients as a whole. Clients at the same position share a chunk. */

import { bytesFor, reformat, type FeedFilter, type FeedFormat, type FeedItem } from './feed-item.ts';

export type FeedChunk = {
  /** Number of items that the chunk covers, filtered ones included. */
  readonly count: number;
  /** Position of the last of these items. */
  readonly position: number;
  /** The items that match the filter; undefined if none does. */
  readonly bytes: Buffer | undefined;
};

export type FeedChunks = {
  /**
   * Returns the chunk that begins with `items[start]`; undefined if `start` is beyond the end.
   *
   * @param format the format of the `data` fields; undefined: live events as JSON.
   */
  from(
    items: readonly FeedItem[],
    start: number,
    filter: FeedFilter,
    format: FeedFormat | undefined,
  ): FeedChunk | undefined;
};

/** Minimum size at which a chunk ends, in bytes. */
export const chunkBytes = 32 * 1024;

export function createFeedChunks(): FeedChunks {
  /** The most recent unfiltered chunk of each format, with its first item. */
  const lastUnfiltered = new Map<
    FeedFormat | undefined,
    { readonly first: FeedItem; readonly chunk: FeedChunk }
  >();

  return {
    from(items, start, filter, format) {
      const first = items[start];
      if (first === undefined) return undefined;
      const build = () => join(items, start, first, filter, format);
      if (filter.types !== undefined || filter.id !== undefined) return build();
      let cached = lastUnfiltered.get(format);
      if (cached?.first !== first) {
        cached = { first, chunk: build() };
        lastUnfiltered.set(format, cached);
      }
      return cached.chunk;
    },
  };
}

function join(
  items: readonly FeedItem[],
  start: number,
  first: FeedItem,
  filter: FeedFilter,
  format: FeedFormat | undefined,
): FeedChunk {
  const parts: Buffer[] = [];
  let size = 0;
  let index = start;
  let { position } = first;
  for (let item = items[index]; item !== undefined && size < chunkBytes; item = items[(index += 1)]) {
    position = item.position;
    const matching = bytesFor(filter, item);
    if (matching === undefined) continue;
    const bytes = format === undefined ? matching : reformat(matching, format);
    parts.push(bytes);
    size += bytes.length;
  }
  const bytes = parts.length > 1 ? Buffer.concat(parts, size) : parts[0];
  return { count: index - start, position, bytes };
}
