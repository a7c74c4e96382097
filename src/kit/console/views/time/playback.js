/** Steps from event to event, or plays them. */

import { Icon } from '../../parts/icon.js';
import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { stepsFrom } from './steps.js';

/** Events per second. */
const speeds = [1, 2, 5, 10, 50, 100, 1_000, 10_000, 100_000];
/** The default speed plays all events in about this time, in seconds. */
const defaultSeconds = 60;
/** Minimum time between two steps, in ms. */
const minIntervalMs = 200;

/**
 * @param {{ shown: import('./time-bar.js').Shown, place: import('./place.js').Place, last: number, own: import('./time-bar.js').Own,
 *   onTravel: (asOf: string | undefined) => void }} props
 */
export function Playback({ shown: { asOf, isLoading, problem }, place, last, own, onTravel }) {
  const [isPlaying, setPlaying] = useState(false);
  const [chosen, setSpeed] = useState(/** @type {number | undefined} */ (undefined));
  const total = own?.length ?? last;
  const speed = chosen ?? speeds.find((each) => total / each <= defaultSeconds) ?? 1;
  const steps = stepsFrom(asOf === undefined, place.position, last, own);
  const go = (/** @type {number | undefined} */ position) =>
    onTravel(position === undefined ? undefined : String(position));

  usePlayback({ isPlaying, isReady: !isLoading, speed, at: asOf }, (count) => {
    const next = problem === undefined && asOf !== undefined ? steps.by(count) : undefined;
    if (next === undefined) setPlaying(false);
    go(next);
  });
  const toggle = () => {
    setPlaying(!isPlaying);
    if (!isPlaying && steps.by(1) === undefined) go(steps.first);
  };
  const [previous, next] = [steps.by(-1), steps.by(1)];
  return html`<span class="playback">
    <button
      type="button"
      class="square"
      aria-label="Previous event"
      title="Previous event (←)"
      disabled=${previous === undefined}
      onClick=${() => go(previous)}
    >
      <${Icon} name="step-back" />
    </button>
    <button
      type="button"
      class="square"
      aria-label=${isPlaying ? 'Pause' : 'Play'}
      title=${isPlaying ? 'Pause' : 'Play'}
      disabled=${total === 0}
      onClick=${toggle}
    >
      <${Icon} name=${isPlaying ? 'pause' : 'play'} />
    </button>
    <button
      type="button"
      class="square"
      aria-label="Next event"
      title="Next event (→)"
      disabled=${next === undefined}
      onClick=${() => go(next)}
    >
      <${Icon} name="step-forward" />
    </button>
    <label class="inline">
      <span class="label-hidden">Speed</span>
      <select
        value=${speed}
        onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => setSpeed(Number(currentTarget.value))}
      >
        ${speeds.map((each) => html`<option value=${each}>${each.toLocaleString('en')} ${each === 1 ? 'event' : 'events'}/s</option>`)}
      </select>
    </label>
  </span>`;
}

/**
 * Calls `advance` with a number of events, after the previous moment is displayed.
 *
 * @param {{ isPlaying: boolean, isReady: boolean, speed: number, at: string | undefined }} options
 * @param {(count: number) => void} advance
 */
function usePlayback({ isPlaying, isReady, speed, at }, advance) {
  const advancedAt = useRef(0);
  const latest = useRef(advance);
  latest.current = advance;
  useEffect(() => {
    if (isPlaying) advancedAt.current = performance.now();
  }, [isPlaying]);
  useEffect(() => {
    if (!isPlaying || !isReady) return undefined;
    const dueAt = advancedAt.current + Math.max(minIntervalMs, 1000 / speed);
    const timer = setTimeout(() => {
      const now = performance.now();
      const count = Math.max(1, Math.floor((speed * (now - advancedAt.current)) / 1000));
      advancedAt.current = now;
      latest.current(count);
    }, dueAt - performance.now());
    return () => clearTimeout(timer);
  }, [isPlaying, isReady, speed, at]);
}
