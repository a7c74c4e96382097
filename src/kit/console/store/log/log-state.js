/** State of the event log. What was read of it is in its source, see `log-source.js`. */

import { progressOf } from '../progress.js';
import { noLogFilter } from './address.js';

/**
 * @typedef {object} EventLog
 * @property {import('./address.js').LogAddress} address
 * @property {boolean} isLoading until the bounds of the log are known
 * @property {string | undefined} problem
 * @property {number} first position of the first message
 * @property {number} last position of the last message
 * @property {number} head the position at the top of the list; 0 until it is read
 * @property {boolean} isLive whether new messages are added at the top
 * @property {boolean} isPaused if it is not live: whether it stays so when the top is shown
 * @property {number | undefined} selected position
 * @property {{ position: number } | undefined} target the position to scroll to; a new object scrolls again. Infinity: the top
 * @property {import('./open-message.js').OpenMessage | undefined} message
 * @property {'rejections' | 'export' | undefined} panel shown unless a message is open
 * @property {import('./export.js').LogExport | undefined} exported
 */

/** @type {EventLog} */
export const emptyLog = {
  address: { at: '', isOpen: false, filter: noLogFilter },
  isLoading: true,
  problem: undefined,
  first: 1,
  last: 0,
  head: 0,
  isLive: true,
  isPaused: false,
  selected: undefined,
  target: undefined,
  message: undefined,
  panel: undefined,
  exported: undefined,
};

/**
 * Calls the function with the last position of each status that is polled.
 *
 * @param {import('../state.js').Store} store
 * @param {(position: number) => void} onPosition
 */
export function watchPosition(store, onPosition) {
  let seen = store.state.status;
  store.subscribe(() => {
    const { status } = store.state;
    if (status === seen) return;
    seen = status;
    onPosition(progressOf(status).applied);
  });
  return {
    /** The current status is that of another stream. */
    skip() {
      seen = store.state.status;
    },
  };
}
