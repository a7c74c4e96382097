/** The newest messages of the stream, kept for all clients together, so that none needs a buffer of its own. */

import type { FeedItem } from './feed-item.ts';

/** Bytes that are kept at most; when there are more, the older half goes. */
const maxKeptBytes = 4 * 1024 * 1024;
/** Bytes that an item costs beside its text, roughly. */
const itemOverhead = 200;

export type RingBuffer = {
  /** Every message after this position is here. */
  readonly since: number;
  /** In the order of their positions. */
  readonly items: readonly FeedItem[];
  add(item: FeedItem): void;
  /** The index of the first item after `position`; the number of items when there is none. */
  indexAfter(position: number): number;
};

/** @param start the position after which every message will be added. */
export function createRingBuffer(start: number, maxBytes = maxKeptBytes): RingBuffer {
  const items: FeedItem[] = [];
  let since = start;
  let bytes = 0;

  return {
    get since() {
      return since;
    },
    items,

    add(item) {
      items.push(item);
      bytes += sizeOf(item);
      if (bytes <= maxBytes) return;
      const dropped = items.splice(0, items.length >>> 1);
      since = dropped.at(-1)?.position ?? since;
      for (const gone of dropped) bytes -= sizeOf(gone);
    },

    indexAfter(position) {
      let low = 0;
      let high = items.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((items[middle]?.position ?? Infinity) <= position) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

function sizeOf({ bytes }: FeedItem): number {
  return itemOverhead + (bytes?.length ?? 0);
}
