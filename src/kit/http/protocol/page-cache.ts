/** Pages of a list as bytes, which are made once and kept until a stream that they show moves on. */

import QuickLRU from 'quick-lru';
import type { Freshness } from '../../eventlog/freshness.ts';

export type Page = {
  /** The list as JSON. */
  readonly bytes: Buffer;
  /** The id that it ends with, where there is a next page. */
  readonly next: number | undefined;
};

/** How many pages are kept, at least; twice as many at most. */
const keptPages = 32;
/** A page of more bytes is not kept: so all that are kept take 32 MiB at most. */
const maxKeptBytes = 512 * 1024;

/** Gives the page of this key: the kept one, or what `make` makes. */
export type PageCache = (key: string, make: () => Page) => Page;

export function createPageCache({ own, followed }: Freshness): PageCache {
  const streams = [own, ...Object.values(followed)];
  const kept = new QuickLRU<string, Page & { readonly positions: number }>({ maxSize: keptPages });
  return (key, make) => {
    // Positions only grow, so the sum tells whether any did.
    const positions = streams.reduce((sum, { position }) => sum + position, 0);
    const known = kept.get(key);
    if (known?.positions === positions) return known;
    const page = make();
    if (page.bytes.length <= maxKeptBytes) kept.set(key, { ...page, positions });
    return page;
  };
}
