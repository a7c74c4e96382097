import { MultiBar, Presets } from 'cli-progress';

export type ProgressState = { readonly bytes: number; readonly rows: number };

export type Progress = {
  /** Writes a line to standard error, above the progress bar if there is one. */
  writeLine(line: string): void;
  stop(): void;
};

/** Interval between two progress lines without a terminal, in ms. */
const lineIntervalMs = 2_000;
/** Interval between two updates of the bar on a terminal, in ms. */
const redrawIntervalMs = 100;

/**
 * Shows a progress bar on a terminal, or prints lines at intervals elsewhere.
 *
 * @param totalBytes size of all files. If undefined (standard input), lines are printed instead of a bar.
 */
export function startProgress(totalBytes: number | undefined, readState: () => ProgressState): Progress {
  return process.stdout.isTTY && totalBytes !== undefined
    ? startBar(totalBytes, readState)
    : startLines(totalBytes, readState);
}

function startBar(totalBytes: number, readState: () => ProgressState): Progress {
  const bars = new MultiBar(
    {
      format: '{bar} {percentage}% | {rows} rows, {rate}/s | {duration_formatted}, {eta_formatted} to go',
      stream: process.stdout,
      gracefulExit: false,
      hideCursor: true,
      emptyOnZero: true,
    },
    Presets.shades_classic,
  );
  const bar = bars.create(totalBytes, 0, { rows: 0, rate: 0 });
  const started = performance.now();
  const redraw = () => {
    const { bytes, rows } = readState();
    const rate = Math.round((1000 * rows) / Math.max(performance.now() - started, 1));
    bar.update(Math.min(bytes, totalBytes), { rows, rate });
  };
  const timer = setInterval(redraw, redrawIntervalMs);
  return {
    writeLine(line) {
      if (process.stderr.isTTY) bars.log(`${line}\n`);
      else process.stderr.write(`${line}\n`);
    },
    stop() {
      clearInterval(timer);
      redraw();
      // `stop()` alone would drop lines that are not written yet.
      bars.update();
      bars.stop();
    },
  };
}

function startLines(totalBytes: number | undefined, readState: () => ProgressState): Progress {
  const timer = setInterval(() => {
    const { bytes, rows } = readState();
    const share =
      totalBytes === undefined ? '' : `, ${Math.floor((100 * bytes) / Math.max(totalBytes, 1))}% read`;
    process.stdout.write(`${rows} rows${share}\n`);
  }, lineIntervalMs);
  return {
    writeLine: (line) => void process.stderr.write(`${line}\n`),
    stop: () => clearInterval(timer),
  };
}
