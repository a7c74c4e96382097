import QuickLRU from 'quick-lru';
import type { Freshness } from '../../eventlog/freshness.ts';

export type Page = {
  /** The list as JSON. */
  readonly bytes: Buffer;
  /** Headers that do not change before one of the streams advances. */
  readonly headers: Readonly<Record<string, string>>;
};

/** Nominal number of cached pages. QuickLRU holds up to twice as many. */
const cacheSize = 32;
/** Larger pages are not cached. This bounds the cache to 32 MiB. */
const maxCachedPageBytes = 512 * 1024;

/** Returns the cached page of `key`, or calls `render`. A page is valid until one of the streams advances. */
export type PageCache = (key: string, render: () => Page) => Page;

export function createPageCache({ own, followed }: Freshness): PageCache {
  const streams = [own, ...Object.values(followed)];
  const cache = new QuickLRU<string, Page & { readonly positions: number }>({ maxSize: cacheSize });
  return (key, render) => {
    // Positions only increase, so their sum changes if any of them does.
    const positions = streams.reduce((sum, { position }) => sum + position, 0);
    const cached = cache.get(key);
    if (cached?.positions === positions) return cached;
    const page = render();
    if (page.bytes.length <= maxCachedPageBytes) cache.set(key, { ...page, positions });
    return page;
  };
}
