/** Pages of a list as text, which are made once and kept until a stream that they show moves on. */

import QuickLRU from 'quick-lru';
import type { Freshness } from '../core/freshness.ts';

export type TextPage = {
  readonly text: string;
  /** The id that it ends with, where there is a next page. */
  readonly next: number | undefined;
};

/** How many pages are kept, at least; twice as many at most. */
const keptPages = 32;
/** Characters beyond which a page is not kept: so all that are kept take 32 MiB at most, or twice that beyond Latin-1. */
const keptCharacters = 512 * 1024;

/** Gives the page of this key: the kept one, or what `make` makes. */
export type KeptPages = (key: string, make: () => TextPage) => TextPage;

export function keepPages({ own, followed }: Freshness): KeptPages {
  const streams = [own, ...Object.values(followed)];
  const kept = new QuickLRU<string, TextPage & { readonly positions: number }>({ maxSize: keptPages });
  return (key, make) => {
    // Positions only grow, so the sum tells whether any did.
    const positions = streams.reduce((sum, { position }) => sum + position, 0);
    const known = kept.get(key);
    if (known?.positions === positions) return known;
    const page = make();
    if (page.text.length <= keptCharacters) kept.set(key, { ...page, positions });
    return page;
  };
}
