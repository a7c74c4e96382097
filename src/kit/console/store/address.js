/** The address of a page: the fragment of the URL. */

import { toId } from '../contract/ids.js';

/**
 * `asOf` is the moment that is shown: a position or an RFC 3339 time; undefined: the current state. `query` is the part after `?` of
 * the other pages.
 *
 * @typedef {{ view: 'table' | 'entity' | 'queries' | 'log' | 'health' | 'system', id: import('../contract/ids.js').Id,
 *   asOf?: string | undefined, isCompared?: boolean, query?: string }} Route
 */

/**
 * Parses `#/entity/12`, `#/queries`, `#/log`, `#/health` and `#/system`; anything else is the table. The table and an entity may be
 * followed by `?asOf=9` or `?asOf=2026-01-31T12:00:00Z`, and by `&compare`.
 *
 * @param {string} hash
 * @param {import('../contract/contract.js').Contract | undefined} contract undefined until it is loaded
 * @returns {Route}
 */
export function readRoute(hash, contract) {
  const [, view, text, query = ''] = /^#\/(?:(\w+)(?:\/([\w-]+))?)?(?:\?(.*))?$/.exec(hash) ?? [];
  const id = text === undefined ? undefined : toId(contract, text);
  if (view === 'queries' || view === 'log' || view === 'health' || view === 'system')
    return { view, id: 0, query };
  const params = new URLSearchParams(query);
  // A `+` in a typed address, which belongs to the offset of a time, is read as a space.
  const asOf = params.get('asOf')?.replace(' ', '+') || undefined;
  const moment = { asOf, isCompared: asOf !== undefined && params.has('compare') };
  return view === 'entity' && id !== undefined
    ? { view, id, ...moment }
    : { view: 'table', id: 0, ...moment };
}

/** @param {Route} route */
export function addressOf({ view, id, asOf, isCompared = false }) {
  const path = view === 'table' ? '' : view === 'entity' ? `entity/${id}` : view;
  if (asOf === undefined) return `#/${path}`;
  const moment = encodeURIComponent(asOf).replaceAll('%3A', ':');
  return `#/${path}?asOf=${moment}${isCompared ? '&compare' : ''}`;
}
