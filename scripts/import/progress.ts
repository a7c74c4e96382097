/** Shows how far the import has come: a bar on a terminal, now and then a line elsewhere. */

import { MultiBar, Presets } from 'cli-progress';

export type Standing = { readonly bytes: number; readonly rows: number };

export type Progress = {
  /** Writes a line about a row to standard error, above the bar if there is one. */
  complain(line: string): void;
  stop(): void;
};

/** Milliseconds between two lines where there is no terminal. */
const lineEveryMs = 2_000;
/** Milliseconds between two looks at the standing where there is one. */
const lookEveryMs = 100;

/**
 * @param totalBytes of all files; undefined when it is not known (standard input), and then there is no bar.
 * @param standing is asked for how far it has come.
 */
export function startProgress(totalBytes: number | undefined, standing: () => Standing): Progress {
  return process.stdout.isTTY && totalBytes !== undefined
    ? startBar(totalBytes, standing)
    : startLines(totalBytes, standing);
}

function startBar(totalBytes: number, standing: () => Standing): Progress {
  const bars = new MultiBar(
    {
      format: '{bar} {percentage}% | {rows} rows | {duration_formatted}, {eta_formatted} to go',
      stream: process.stdout,
      gracefulExit: false,
      hideCursor: true,
      emptyOnZero: true,
    },
    Presets.shades_classic,
  );
  const bar = bars.create(totalBytes, 0, { rows: 0 });
  const look = () => {
    const { bytes, rows } = standing();
    bar.update(Math.min(bytes, totalBytes), { rows });
  };
  const timer = setInterval(look, lookEveryMs);
  return {
    complain(line) {
      if (process.stderr.isTTY) bars.log(`${line}\n`);
      else process.stderr.write(`${line}\n`);
    },
    stop() {
      clearInterval(timer);
      look();
      // Stopping alone would drop the lines that still wait to be written.
      bars.update();
      bars.stop();
    },
  };
}

function startLines(totalBytes: number | undefined, standing: () => Standing): Progress {
  const timer = setInterval(() => {
    const { bytes, rows } = standing();
    const share =
      totalBytes === undefined ? '' : `, ${Math.floor((100 * bytes) / Math.max(totalBytes, 1))}% read`;
    process.stdout.write(`${rows} rows${share}\n`);
  }, lineEveryMs);
  return {
    complain: (line) => void process.stderr.write(`${line}\n`),
    stop: () => clearInterval(timer),
  };
}
