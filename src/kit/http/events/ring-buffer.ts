import type { FeedItem } from './feed-item.ts';

/** Default capacity in bytes. When it is exceeded, the older half of the items is dropped. */
const defaultMaxBytes = 4 * 1024 * 1024;
/** Approximate memory overhead of an item, in addition to its serialized event, in bytes. */
const itemOverheadBytes = 200;

/** The most recent messages of the stream, shared by all clients. */
export type RingBuffer = {
  /** The buffer contains every message after this position. */
  readonly since: number;
  /** Ordered by position. */
  readonly items: readonly FeedItem[];
  add(item: FeedItem): void;
  /** Returns the index of the first item after `position`; the number of items if there is none. */
  indexAfter(position: number): number;
};

/** @param start the position before the first message that the caller adds */
export function createRingBuffer(start: number, maxBytes = defaultMaxBytes): RingBuffer {
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
      for (const item of dropped) bytes -= sizeOf(item);
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
  return itemOverheadBytes + (bytes?.length ?? 0);
}
