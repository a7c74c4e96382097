/** Items joined into chunks, as large as a connection is given at once; clients that stand at the same item share one. */

import { bytesFor, reformat, type FeedFilter, type FeedFormat, type FeedItem } from './feed-item.ts';

export type FeedChunk = {
  /** How many items were looked at. */
  readonly count: number;
  /** The position of the last one of them. */
  readonly position: number;
  /** Those that pass the filter; undefined when none does. */
  readonly bytes: Buffer | undefined;
};

export type FeedChunks = {
  /**
   * What follows from `items[start]` on; undefined when that is beyond the end.
   *
   * @param format what the `data` looks like; undefined: as usual.
   */
  from(
    items: readonly FeedItem[],
    start: number,
    filter: FeedFilter,
    format: FeedFormat | undefined,
  ): FeedChunk | undefined;
};

/** Bytes after which a chunk is full. */
export const chunkBytes = 32 * 1024;

export function createFeedChunks(): FeedChunks {
  /** The last chunk without a filter in each format, and the item that it begins with. */
  const lastShared = new Map<
    FeedFormat | undefined,
    { readonly first: FeedItem; readonly chunk: FeedChunk }
  >();

  return {
    from(items, start, filter, format) {
      const first = items[start];
      if (first === undefined) return undefined;
      const make = () => join(items, start, first, filter, format);
      if (filter.types !== undefined || filter.id !== undefined) return make();
      let shared = lastShared.get(format);
      if (shared?.first !== first) {
        shared = { first, chunk: make() };
        lastShared.set(format, shared);
      }
      return shared.chunk;
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
    const usual = bytesFor(filter, item);
    if (usual === undefined) continue;
    const bytes = format === undefined ? usual : reformat(usual, format);
    parts.push(bytes);
    size += bytes.length;
  }
  const bytes = parts.length > 1 ? Buffer.concat(parts, size) : parts[0];
  return { count: index - start, position, bytes };
}
