/** Reads one entity at a point in time. */

import { positionOf } from './api.js';
import { createLatest } from './latest.js';

/** Interval between two reads while the moment changes, in ms. */
const intervalMs = 100;

/**
 * @typedef {import('../contract/ids.js').Id} Id
 * @typedef {import('./entity.js').OpenEntity} OpenEntity
 *
 * @param {{ request: import('./api.js').Request, path: string, openEntity: (id: Id) => OpenEntity | undefined,
 *   update: (id: Id, change: Partial<OpenEntity>) => void }} context
 */
export function createHistoricalEntity({ request, path, openEntity, update }) {
  const readLatest = createLatest(async (/** @type {{ id: Id, asOf: string }} */ { id, asOf }) => {
    if (openEntity(id)?.asOf !== asOf) return;
    const response = await request('GET', `${path}/${id}?asOf=${encodeURIComponent(asOf)}`);
    if (openEntity(id)?.asOf !== asOf) return;
    const { status, body, problem } = response;
    const isDefinitive = status === 200 || status === 404;
    update(id, {
      historical: status === 200 ? body : undefined,
      position: isDefinitive ? positionOf(response) || undefined : undefined,
      isTravelling: false,
      problem: isDefinitive ? undefined : problem?.detail,
    });
  }, intervalMs);

  /** @param {Id} id @param {string | undefined} asOf a position or an RFC 3339 time; undefined: the current state */
  return (id, asOf) => {
    if (openEntity(id)?.asOf === asOf) return;
    update(id, { asOf, problem: undefined, isTravelling: asOf !== undefined });
    if (asOf !== undefined) readLatest({ id, asOf });
  };
}
