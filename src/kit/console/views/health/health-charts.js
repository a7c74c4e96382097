/** Charts of the replica over the last 15 minutes, each with what is normal. */

import { Chart } from '../../parts/chart.js';
import { toBytes } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/** Above these values, a panel is marked as unusual. */
const limits = { appendP99Ms: 100, lag: 1_000, eventLoopDelayMs: 50, heapShare: 0.8 };

/** Distances of lines: 1, 2, 4 … MiB. */
const mebibytes = Array.from({ length: 16 }, (_, power) => 2 ** (20 + power));

/** @param {{ samples: import('../../store/samples.js').Sample[], status: import('../../store/state.js').Status }} props */
export function HealthCharts({ samples, status }) {
  const times = samples.map(({ time }) => time);
  const last = samples.at(-1);
  const { heapLimitBytes } = status.process;
  const valuesOf = (/** @type {keyof import('../../store/samples.js').Sample} */ name) =>
    samples.map((sample) => sample[name]);
  const milliseconds = (/** @type {number} */ value) => `${trim(value)} ms`;
  return html`
    <${Chart}
      title="Events per second"
      normal="as many as are published"
      times=${times}
      series=${[{ name: 'applied', values: valuesOf('eventsPerSecond') }]}
      format=${trim}
      atLeast=${1}
      isUnusual=${false}
    />
    <${Chart}
      title="Append latency"
      normal=${`99th percentile below ${limits.appendP99Ms} ms`}
      times=${times}
      series=${[
        { name: 'median', values: valuesOf('appendMs') },
        { name: 'p99', values: valuesOf('appendP99Ms') },
      ]}
      format=${milliseconds}
      atLeast=${5}
      isUnusual=${(last?.appendP99Ms ?? 0) > limits.appendP99Ms}
    />
    <${Chart}
      title="Lag"
      normal="0 messages, and back to 0 after a burst"
      times=${times}
      series=${[{ name: 'messages', values: valuesOf('lag') }]}
      format=${trim}
      atLeast=${5}
      isUnusual=${(last?.lag ?? 0) > limits.lag}
    />
    <${Chart}
      title="Event loop delay"
      normal=${`99th percentile below ${limits.eventLoopDelayMs} ms`}
      times=${times}
      series=${[{ name: 'p99', values: valuesOf('eventLoopDelayMs') }]}
      format=${milliseconds}
      atLeast=${10}
      isUnusual=${(last?.eventLoopDelayMs ?? 0) > limits.eventLoopDelayMs}
    />
    <${Chart}
      title="Memory"
      normal=${`level, with the heap far below its limit of ${toBytes(heapLimitBytes)}`}
      times=${times}
      series=${[
        { name: 'resident', values: valuesOf('memoryBytes') },
        { name: 'heap', values: valuesOf('heapBytes') },
      ]}
      format=${toBytes}
      steps=${mebibytes}
      atLeast=${1}
      isUnusual=${(last?.heapBytes ?? 0) > limits.heapShare * heapLimitBytes}
    />
  `;
}

/** @param {number} value */
function trim(value) {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
}
