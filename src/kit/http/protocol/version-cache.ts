import QuickLRU from 'quick-lru';

export type EntityPage = {
  /** The list as JSON. */
  readonly bytes: Buffer;
  /** Where the next page starts; undefined: this is the last one. */
  readonly next: number | undefined;
};

/** Nominal number of cached pages. QuickLRU holds up to twice as many. */
const cacheSize = 1000;
/** Larger pages are not cached. This bounds the cache to 32 MiB. */
const maxCachedPageBytes = 16 * 1024;

/** Returns the cached page of `key`, or calls `render`. A page is valid while the entity has `version`. */
export type VersionCache = (
  key: string,
  version: number,
  render: () => Promise<EntityPage>,
) => Promise<EntityPage>;

/** Caches pages about one entity. */
export function createVersionCache(): VersionCache {
  const cache = new QuickLRU<string, { readonly page: EntityPage; readonly version: number }>({
    maxSize: cacheSize,
  });
  return async (key, version, render) => {
    const cached = cache.get(key);
    if (cached?.version === version) return cached.page;
    const page = await render();
    if (page.bytes.length <= maxCachedPageBytes) cache.set(key, { page, version });
    return page;
  };
}
