/** The scrubber: a histogram of the events over time, on which the moment is selected by pointer or keyboard. */

import { html, useLayoutEffect, useMemo, useRef, useState } from '../../vendor/preact.js';
import { positionAt } from '../../store/event-timeline.js';
import { Axis } from './axis.js';
import { columnAt, toColumns } from './columns.js';
import { describeColumn, Histogram } from './histogram.js';
import { Marks } from './marks.js';
import { stepsFrom } from './steps.js';

/**
 * @typedef {import('../../store/event-timeline.js').Timeline} Timeline
 *
 * @param {{ timeline: Timeline | undefined, place: import('./place.js').Place, last: number, own: import('./time-bar.js').Own,
 *   rejections: import('../../store/state.js').Rejected[], text: string, onPoint: (pointed: import('./time-bar.js').Pointed | undefined) => void,
 *   onTravel: (asOf: string | undefined) => void }} props
 */
export function Track({ timeline, place, last, own, rejections, text, onPoint, onTravel }) {
  const plot = useRef(/** @type {HTMLElement | null} */ (null));
  const slider = useRef(/** @type {HTMLInputElement | null} */ (null));
  const width = useWidth(plot);
  const columns = useMemo(
    () => (timeline === undefined ? [] : toColumns(timeline, width)),
    [timeline, width],
  );

  const onPointer = (/** @type {PointerEvent} */ event) => {
    const { left, width: whole } = plot.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    const part = Math.min(1, Math.max(0, (event.clientX - left) / whole));
    const column = timeline && columnAt(columns, timeline.from + part * (timeline.to - timeline.from));
    onPoint(column && { part, text: describeColumn(column) });
    if (event.type === 'pointerdown') {
      plot.current?.setPointerCapture(event.pointerId);
      slider.current?.focus();
    }
    if (event.buttons === 1 && timeline !== undefined) onTravel(momentAt(timeline, part, whole));
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const direction = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (event.key !== 'End' && (own === undefined || direction === undefined)) return;
    event.preventDefault();
    if (direction === undefined) onTravel(undefined);
    const next = direction && stepsFrom(place.part === 1, place.position, last, own).by(direction);
    if (next !== undefined) onTravel(String(next));
  };
  return html`<div
    class=${`track ${timeline === undefined ? 'plain' : ''}`}
    style=${{ '--at': `${place.part * 100}%` }}
  >
    <${Marks}
      timeline=${timeline}
      rejections=${rejections}
      width=${width}
      onPoint=${onPoint}
      onTravel=${onTravel}
    />
    <div
      class="plot"
      ref=${plot}
      onPointerDown=${onPointer}
      onPointerMove=${onPointer}
      onPointerLeave=${() => onPoint(undefined)}
    >
      ${timeline !== undefined && html`<${Histogram} timeline=${timeline} columns=${columns} width=${width} own=${own} />`}
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext=${text}
        min="0"
        max=${last}
        value=${place.position}
        ref=${slider}
        onKeyDown=${onKey}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onTravel(currentTarget.value)}
      />
      <span class="playhead"></span>
    </div>
    <div class="axis" aria-hidden="true">
      ${timeline !== undefined && html`<${Axis} timeline=${timeline} width=${width} />`}
    </div>
  </div>`;
}

/**
 * The moment at a part of the time range: a time that is as exact as the pointer, or, since the last interval may not be over, a position.
 *
 * @param {Timeline} timeline
 * @param {number} part
 * @param {number} width of the range in pixels
 */
function momentAt(timeline, part, width) {
  const { from, to, bucketMs, position: last } = timeline;
  const time = from + part * (to - from);
  if (part === 0) return '0';
  if (time >= to - bucketMs) {
    const position = positionAt(timeline, time);
    return position >= last || part === 1 ? undefined : String(position);
  }
  const unit = [60_000, 1_000].find((each) => (to - from) / width > each) ?? 1;
  return new Date(Math.floor(time / unit) * unit).toISOString();
}

/** @param {{ current: HTMLElement | null }} element */
function useWidth(element) {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setWidth(element.current?.clientWidth ?? 0);
    const observer = new ResizeObserver(measure);
    if (element.current !== null) observer.observe(element.current);
    measure();
    return () => observer.disconnect();
  }, []);
  return width;
}
