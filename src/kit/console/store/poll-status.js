/** Polls the status of the replica. */

import { sleep } from './api.js';
import { createRecording } from './samples.js';

/** Poll interval in ms. */
const pollMs = 1_000;
/** Minimum interval in ms between reloads of the table that are caused by followed streams. */
const followedReloadMs = 5_000;

/**
 * @param {object} context
 * @param {import('./state.js').Store} context.store
 * @param {import('./api.js').Request} context.request
 * @param {import('../contract/contract.js').Contract} context.contract
 * @param {() => void} context.onRecovered called when the replica responds again
 * @param {() => void} context.onFollowedChange called when displayed data of other services may have changed
 */
export async function pollStatus({ store, request, contract: { path }, onRecovered, onFollowedChange }) {
  let reloadedAt = 0;
  let isStale = false;
  const { body: recorded, status: outcome, headers } = await request('GET', `${path}/status/history`);
  const aheadMs = Date.parse(headers.get('Date') ?? '') - Date.now();
  const recording = createRecording(outcome === 200 ? recorded : [], aheadMs || 0);
  for (;;) {
    const response = await request('GET', `${path}/status`);
    const { replica: previousReplica, status: previousStatus } = store.state;
    const replica = toReplica(response);
    if (replica.kind !== 'up') store.update({ replica });
    else {
      if (previousReplica.kind !== 'up' && previousReplica.kind !== 'unknown') onRecovered();
      /** @type {import('./state.js').Status} */
      const status = response.body;
      store.update({ replica, status, samples: recording.add(status) });
      if (previousStatus?.rejected !== status.rejected) await readRejections(store, request, path);
      // Entities display data of other services, whose events are not in the feed.
      isStale ||= previousStatus !== undefined && hasFollowedStreamAdvanced(previousStatus, status);
      if (isStale && Date.now() - reloadedAt > followedReloadMs) {
        reloadedAt = Date.now();
        isStale = false;
        onFollowedChange();
      }
    }
    await sleep(pollMs);
  }
}

/** @param {import('./api.js').ApiResponse} response @returns {import('./state.js').Replica} */
export function toReplica({ status, problem }) {
  if (status === 200) return { kind: 'up', detail: '' };
  const detail = problem?.detail ?? '';
  if (status === 0) return { kind: 'unreachable', detail };
  return { kind: status === 503 ? 'starting' : 'failing', detail };
}

/** Whether a stream of another service has advanced. @param {import('./state.js').Status} previous @param {import('./state.js').Status} current */
function hasFollowedStreamAdvanced(previous, { stream, streams }) {
  return Object.entries(streams).some(
    ([name, { applied }]) => name !== stream && previous.streams[name]?.applied !== applied,
  );
}

/** @param {import('./state.js').Store} store @param {import('./api.js').Request} request @param {string} path */
export async function readRejections(store, request, path) {
  const { status, body } = await request('GET', `${path}/rejections`);
  if (status === 200) store.update({ rejections: body.toReversed() });
}
