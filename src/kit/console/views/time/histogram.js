/** Bars for the events over time. The height grows with the square root, so that single events are visible beside an import. */

import { toCount, toTimeRange } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';
import { partOf } from './place.js';

/** Height of the bars in pixels; must match the style sheet. */
const height = 40;
const [minHeight, maxWidth] = [3, 14];

/**
 * @param {{ timeline: import('../../store/event-timeline.js').Timeline, columns: import('./columns.js').Column[], width: number,
 *   own: import('./time-bar.js').Own }} props
 */
export function Histogram({ timeline, columns, width, own }) {
  const max = Math.max(1, ...columns.map(({ messages }) => messages));
  const toHeight = (/** @type {number} */ count) =>
    count === 0 ? 0 : Math.max(minHeight, Math.round(height * Math.sqrt(count / max)));
  const accepted = toPath(timeline, columns, width, ({ messages }) => toHeight(messages));
  const rejected = toPath(timeline, columns, width, (column) =>
    Math.min(toHeight(column.rejected), toHeight(column.messages)),
  );
  const bars = html`<path class="accepted" d=${accepted} /><path class="rejected" d=${rejected} />`;
  const view = `0 0 ${Math.max(1, width)} ${height}`;
  const dots = own
    ?.map(({ time }) => `M${(partOf(timeline, Date.parse(time)) * width).toFixed(1)} 3h0`)
    .join('');
  return html`
    <svg class="bars later" viewBox=${view} aria-hidden="true">${bars}</svg>
    <svg class="bars earlier" viewBox=${view} aria-hidden="true">${bars}</svg>
    ${own !== undefined && html`<svg class="own" viewBox=${`0 0 ${Math.max(1, width)} 6`} aria-hidden="true"><path d=${dots} /></svg>`}
  `;
}

/**
 * @param {import('../../store/event-timeline.js').Timeline} timeline
 * @param {import('./columns.js').Column[]} columns
 * @param {number} width
 * @param {(column: import('./columns.js').Column) => number} heightOf
 */
function toPath({ from, to }, columns, width, heightOf) {
  const toX = (/** @type {number} */ time) => ((time - from) / (to - from)) * width;
  return columns
    .map((column) => {
      const tall = heightOf(column);
      if (tall === 0) return '';
      const [left, right] = [toX(column.from), toX(column.to)];
      const wide = Math.max(1, Math.min(maxWidth, right - left - 1));
      return `M${((left + right - wide) / 2).toFixed(1)} ${height}v-${tall}h${wide.toFixed(1)}v${tall}z`;
    })
    .join('');
}

/** @param {import('./columns.js').Column} column */
export function describeColumn({ from, to, messages, rejected }) {
  const what = messages === 0 ? 'no messages' : toCount(messages, 'message');
  return `${toTimeRange(from, to)} · ${what}${rejected > 0 ? `, ${rejected.toLocaleString('en')} rejected` : ''}`;
}
