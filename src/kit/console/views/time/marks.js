/** Marks above the histogram: rejected messages, and versions of the service that began to append events. */

import { Icon } from '../../parts/icon.js';
import { toLocalTime } from '../../parts/text.js';
import { html, useState } from '../../vendor/preact.js';
import { arrangeMarks } from './arrange-marks.js';
import { partOf } from './place.js';

/**
 * @typedef {import('./time-bar.js').Pointed} Pointed
 *
 * @typedef {object} MarksProps
 * @property {import('../../store/event-timeline.js').Timeline} timeline
 * @property {import('../../store/state.js').Rejected[]} rejections
 * @property {number} width
 * @property {(pointed: Pointed | undefined) => void} onPoint
 * @property {(asOf: string) => void} onTravel
 */

/** Their place is reserved. @param {Omit<MarksProps, 'timeline'> & { timeline: MarksProps['timeline'] | undefined }} props */
export function Marks({ timeline, ...props }) {
  return html`<div class="marks">
    ${timeline !== undefined && html`<${MarkGroup} timeline=${timeline} ...${props} />`}
  </div>`;
}

/** @param {MarksProps} props */
function MarkGroup({ timeline, rejections, width, onPoint, onTravel }) {
  const [current, setCurrent] = useState(0);
  const toPart = (/** @type {number} */ time) => partOf(timeline, time);
  const marks = arrangeMarks(
    [
      ...timeline.versions.map(({ version, position, time }) => ({
        kind: /** @type {const} */ ('version'),
        part: toPart(time),
        position,
        label: version,
        text: `Version ${version} from position ${position}, ${toText(time)}`,
      })),
      ...rejections.map(({ position, time, reason }) => ({
        kind: /** @type {const} */ ('rejected'),
        part: toPart(Date.parse(time)),
        position,
        label: '',
        text: `Rejected at position ${position}, ${toLocalTime(time)}: ${reason}`,
      })),
    ],
    width,
  );
  if (marks.length === 0) return null;
  const reachable = Math.min(current, marks.length - 1);
  const onKey = (/** @type {KeyboardEvent & { currentTarget: HTMLElement }} */ event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (reachable + step + marks.length) % marks.length;
    setCurrent(next);
    event.currentTarget.querySelectorAll('button')[next]?.focus();
  };
  return html`<div role="group" aria-label="Marks" onKeyDown=${onKey}>
    ${marks.map(({ kind, part, position, label, text, left }, index) => {
      const point = () => onPoint({ part, text });
      return html`<button
        type="button"
        class=${kind}
        style=${{ left: `${left}px` }}
        tabindex=${index === reachable ? 0 : -1}
        onClick=${() => onTravel(String(position))}
        onFocus=${() => {
          setCurrent(index);
          point();
        }}
        onMouseEnter=${point}
        onBlur=${() => onPoint(undefined)}
        onMouseLeave=${() => onPoint(undefined)}
      >
        <${Icon} name=${kind === 'version' ? 'tag' : 'triangle-alert'} />
        <span aria-hidden="true">${label}</span><span class="label-hidden">${text}</span>
      </button>`;
    })}
    ${marks.filter(({ kind }) => kind === 'version').map(({ part }) => html`<span class="start" style=${{ left: `${part * 100}%` }}></span>`)}
  </div>`;
}

/** @param {number} time ms since the epoch */
function toText(time) {
  return toLocalTime(new Date(time).toISOString());
}
