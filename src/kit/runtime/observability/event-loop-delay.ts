import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Each window begins with an empty histogram, in ms. */
const windowMs = 5_000;
const nanosecondsPerMillisecond = 1e6;

/** Returns a function that reads the 99th percentile of the delay of timers in the last complete window, in ms. */
export function watchEventLoopDelay(): () => number {
  const resolution = 10;
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  let delay = 0;
  setInterval(() => {
    // The histogram contains the interval of its own timer.
    delay = Math.max(0, histogram.percentile(99) / nanosecondsPerMillisecond - resolution);
    histogram.reset();
  }, windowMs).unref();
  return () => delay;
}
