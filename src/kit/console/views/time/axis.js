/** The time axis: the first and the last event, and round times between them. */

import { ticksOf } from '../../parts/time-ticks.js';
import { toMoment } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/** Minimum distance of two labels, and of a label from the ends, in pixels. */
const [distance, margin] = [96, 180];

/** @param {{ timeline: import('../../store/event-timeline.js').Timeline, width: number }} props */
export function Axis({ timeline: { from, to, bucketMs }, width }) {
  const toX = (/** @type {number} */ time) => ((time - from) / (to - from)) * width;
  const ticks = ticksOf(from, to, Math.max(1, Math.floor(width / distance))).filter(
    ({ time }) => toX(time) > margin && toX(time) < width - margin,
  );
  return html`
    <span class="first">${toMoment(from, to - from)}</span>
    ${ticks.map(({ time, text }) => html`<span class="tick" style=${{ left: `${toX(time)}px` }}>${text}</span>`)}
    <span class="last">${toMoment(to - bucketMs, to - from)}</span>
  `;
}
