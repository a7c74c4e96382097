/** Reads a list page by page, every page at least at the position of the first one, even from another replica. */

import { lastEventOf, nextPage, positionOf, sleep } from './api.js';

/** Size of the first page, which is displayed at once, and of the others. */
const firstPageSize = 1_000;
const pageSize = 10_000;
/** Number of entities that are applied at once. More would delay a frame. */
const sliceSize = 2_000;
/** Delay before a failed read is retried, in ms. */
const retryMs = 1_000;

/**
 * @typedef {object} ListSlice
 * @property {import('./table.js').Entity[]} entities
 * @property {import('../contract/ids.js').Id | undefined} after start of the range of ids, exclusive; undefined: the beginning
 * @property {import('../contract/ids.js').Id | undefined} upTo end of the range, inclusive; undefined: the end
 * @property {number} position of the page that it is a part of
 * @property {import('./follow.js').SeenEvent} seen the last event that the first page reflects
 */

/**
 * Returns early if `signal` aborts.
 *
 * @param {object} context
 * @param {import('./api.js').Request} context.request
 * @param {string} context.path
 * @param {number} context.position minimum position of the first page
 * @param {AbortSignal} context.signal
 * @returns {AsyncGenerator<ListSlice, void>}
 */
export async function* readList({ request, path, position: minPosition, signal }) {
  let position = minPosition;
  /** @type {import('../contract/ids.js').Id | undefined} */
  let after;
  while (!signal.aborted) {
    const range = after === undefined ? `limit=${firstPageSize}` : `limit=${pageSize}&after=${after}`;
    const response = await request('GET', `${path}?${range}`, {
      headers: { 'Wait-For-Position': String(position) },
    });
    if (signal.aborted) return;
    if (response.problem !== undefined) {
      await sleep(retryMs);
      continue;
    }
    const pagePosition = positionOf(response);
    if (after === undefined) position = pagePosition;
    const seen = lastEventOf(response);
    const isLastPage = nextPage(response) === undefined;
    const slices = toSlices(response.body);
    for (const [index, entities] of slices.entries()) {
      const isLast = isLastPage && index === slices.length - 1;
      const upTo = isLast ? undefined : entities.at(-1)?.id;
      yield { entities, after, upTo, position: pagePosition, seen };
      after = upTo;
      if (isLast) return;
      await sleep(0);
      if (signal.aborted) return;
    }
  }
}

/** At least one, which is empty if the page is. @param {import('./table.js').Entity[]} page */
function toSlices(page) {
  const count = Math.max(1, Math.ceil(page.length / sliceSize));
  return Array.from({ length: count }, (_, index) => page.slice(index * sliceSize, (index + 1) * sliceSize));
}
