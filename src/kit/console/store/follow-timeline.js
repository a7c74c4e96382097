/** Keeps the events over time current while the time bar is shown. */

import { sleep } from './api.js';
import { toTimeline } from './event-timeline.js';
import { progressOf } from './progress.js';

/** Interval in ms at which the timeline is read while events arrive. */
const intervalMs = 2_000;

/**
 * Reads the timeline again when the stream has advanced and the time bar is shown.
 *
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('../contract/contract.js').Contract }} context
 */
export async function followTimeline({ store, request, contract: { path } }) {
  let position = 0;
  for (;;) {
    const { route, status } = store.state;
    const isShown = (route.view === 'table' || route.view === 'entity') && !document.hidden;
    const { applied } = progressOf(status);
    if (isShown && applied !== position) {
      const response = await request('GET', `${path}/events/timeline`);
      if (response.status === 200) store.update({ timeline: toTimeline(response.body) });
      // Not again for the same position: an older version of the service has no timeline.
      position = response.status === 200 ? response.body.position : applied;
    }
    await sleep(position === 0 ? intervalMs / 4 : intervalMs);
  }
}
