/** Line chart of a metric over the last minutes. */

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import uPlot from '../vendor/uplot.js';

/**
 * @typedef {{ name: string, values: (number | null)[] }} Series
 *
 * @typedef {object} ChartProps
 * @property {string} title
 * @property {string} normal what is normal
 * @property {number[]} times seconds since 1970
 * @property {Series[]} series one or two; the second one is drawn above the first
 * @property {(value: number) => string} format
 * @property {number[]} [steps] possible distances of the lines; default: decimal
 * @property {number} atLeast lowest maximum of the scale
 * @property {boolean} isUnusual
 */

const height = 132;
/** Minimum time range in seconds. */
const minSeconds = 120;
/** The crosshair is at the same time in all charts. */
const sync = uPlot.sync('health');

/** @param {ChartProps} props */
export function Chart(props) {
  const { title, normal, times, series, format, isUnusual } = props;
  const container = useRef(/** @type {HTMLElement | null} */ (null));
  const chart = useRef(/** @type {uPlot | undefined} */ (undefined));
  const [pointed, setPointed] = useState(/** @type {number | null | undefined} */ (undefined));
  /** @type {uPlot.AlignedData} */
  const data = [times, ...series.map(({ values }) => values)];
  useEffect(() => {
    const element = container.current;
    if (element === null) return undefined;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const draw = () => {
      const previous = chart.current;
      previous?.destroy();
      chart.current = new uPlot(optionsFor(element, props, setPointed), previous?.data ?? data, element);
    };
    const observer = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height }));
    draw();
    dark.addEventListener('change', draw);
    observer.observe(element);
    return () => {
      dark.removeEventListener('change', draw);
      observer.disconnect();
      chart.current?.destroy();
    };
  }, []);
  useEffect(() => chart.current?.setData(data), [times.at(-1)]);
  const index = pointed ?? times.length - 1;
  const readings = series.map(({ name, values }) => ({ name, text: toReading(values[index], format) }));
  return html`<figure class="card">
    <figcaption>
      <span class=${`dot ${isUnusual ? 'warn' : 'ok'}`}></span>
      <h2>${title}</h2>
      <span class="readings">
        ${readings.map(({ name, text }, place) => html`<span class=${`reading-${place}`}>${name} <strong>${text}</strong></span>`)}
      </span>
    </figcaption>
    <div
      class="chart"
      role="img"
      aria-label=${`${title}: ${readings.map(({ name, text }) => `${name} ${text}`).join(', ')}`}
      ref=${container}
    ></div>
    <p class="normal">Normal: ${normal}</p>
  </figure>`;
}

/** @param {number | null | undefined} value @param {(value: number) => string} format */
function toReading(value, format) {
  return value === null || value === undefined ? '–' : format(value);
}

/**
 * @param {HTMLElement} element
 * @param {ChartProps} props
 * @param {(index: number | null | undefined) => void} onPoint
 * @returns {uPlot.Options}
 */
function optionsFor(element, { series, format, steps, atLeast }, onPoint) {
  const style = getComputedStyle(element);
  const font = `11px ${style.fontFamily}`;
  const axis = { stroke: style.color, font, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: sync.key }, drag: { x: false, y: false }, points: { show: false }, y: false },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx)] },
    axes: [
      {
        ...axis,
        size: 22,
        space: 64,
        grid: { show: false },
        values: (_chart, splits) => splits.map(toClock),
      },
      {
        ...axis,
        size: 58,
        space: 34,
        gap: 6,
        grid: { stroke: style.borderColor, width: 1 },
        values: (_chart, splits) => splits.map(format),
        ...(steps && { incrs: steps }),
      },
    ],
    scales: {
      x: { range: (_chart, first, last) => [Math.min(first, last - minSeconds), last] },
      y: { range: (_chart, _min, max) => [0, Math.max(atLeast, (max ?? 0) * 1.1)] },
    },
    series: [
      {},
      ...series.map((_, place) => ({
        // The style sheet has the colours of the series in these properties.
        stroke: place === 0 ? style.accentColor : style.caretColor,
        width: 1.5,
        points: { show: false },
        ...(place === 0 && { fill: `color-mix(in srgb, ${style.accentColor} 12%, transparent)` }),
      })),
    ],
  };
}

/** @param {number} seconds since 1970 */
function toClock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: seconds % 60 === 0 ? undefined : '2-digit',
    hourCycle: 'h23',
  });
}
