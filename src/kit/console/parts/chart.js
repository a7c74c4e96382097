/** Line chart of one metric. */

import { html, useEffect, useRef } from '../vendor/preact.js';
import uPlot from '../vendor/uplot.js';

const height = 160;
/** Minimum time range in seconds. */
const minSeconds = 60;

/** @param {{ title: string, times: number[], values: (number | null)[] }} props times in seconds since the epoch */
export function Chart({ title, times, values }) {
  const container = useRef(/** @type {HTMLElement | null} */ (null));
  const chart = useRef(/** @type {uPlot | undefined} */ (undefined));
  useEffect(() => {
    const element = container.current;
    if (element === null) return undefined;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const draw = () => {
      const previous = chart.current;
      previous?.destroy();
      chart.current = new uPlot(optionsFor(element), previous?.data ?? [times, values], element);
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
  useEffect(() => chart.current?.setData([times, values]), [times.at(-1)]);
  const last = values.at(-1);
  const label = last === null || last === undefined ? 'unknown' : Number(last.toFixed(1));
  return html`<figure class="card">
    <figcaption>${title}: <strong>${label}</strong></figcaption>
    <div class="chart" role="img" aria-label=${`${title}, last: ${label}`} ref=${container}></div>
  </figure>`;
}

/** @param {HTMLElement} element @returns {uPlot.Options} */
function optionsFor(element) {
  const style = getComputedStyle(element);
  const axis = {
    stroke: style.color,
    grid: { stroke: style.borderColor, width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    axes: [axis, axis],
    scales: {
      x: { range: (_chart, first, last) => [Math.min(first, last - minSeconds), last] },
      y: { range: (_chart, _min, max) => [0, Math.max(1, (max ?? 0) * 1.1)] },
    },
    series: [{}, { stroke: style.accentColor, width: 2, points: { show: false } }],
  };
}
