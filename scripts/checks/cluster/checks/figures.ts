/** The figures of a run, and the table in docs/kubernetes.md that shows them. */

import { readFile, writeFile } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../setup/command.mjs';
import { ROOT } from '../../../setup/root.mjs';
import { kubernetesVersion } from '../build/programs.ts';
import type { LoadReport } from './load/load.ts';

export type Figures = {
  /** Records a duration, in ms. */
  time(name: string, ms: number): void;
  /** Records the effect of an event on the clients. Returns it as one line. */
  event(name: string, report: LoadReport, startedAt: number): string;
  write(): Promise<void>;
};

const document = join(ROOT, 'docs', 'kubernetes.md');
const [start, end] = ['<!-- figures -->', '<!-- end of figures -->'];

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

export function createFigures(): Figures {
  const times: string[] = [];
  const events: string[] = [];
  return {
    time: (name, ms) => void times.push(`| ${name} | ${seconds(ms)} |`),
    event(name, report, startedAt) {
      const { reads, writes, failures, slowestMs, lost, duplicated } = report;
      // From the event to the last failure: after that, every request succeeded.
      const last = failures.at(-1)?.at;
      const recovery = last === undefined ? 'none' : seconds(Math.max(0, last - startedAt));
      const cells = [reads + writes, failures.length, lost, duplicated, seconds(slowestMs), recovery];
      events.push(`| ${[name, ...cells].join(' | ')} |`);
      return `${reads + writes} requests, ${failures.length} failed, errors for ${recovery}, slowest ${seconds(slowestMs)}`;
    },
    async write() {
      await writeFile(document, insertFigures(await readFile(document, 'utf8'), [times, events]));
      // Aligns the columns of the tables.
      await runCommand(join(ROOT, 'node_modules', '.bin', 'oxfmt'), [document], { cwd: ROOT });
    },
  };
}

/** Replaces the figures in the page. */
export function insertFigures(
  page: string,
  [times, events]: readonly [times: readonly string[], events: readonly string[]],
): string {
  const [before, rest] = page.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error('the page has no place for the figures');
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} CPUs (${cpus()[0]?.model.trim()}), Linux ${release()}`;
  const text = [
    start,
    '',
    `Last run: ${date}, Kubernetes ${kubernetesVersion}, ${machine}.`,
    '',
    '| step | time |',
    '| --- | --- |',
    ...times,
    '',
    '| event | requests | failed | writes lost | writes stored twice | slowest read | errors for |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...events,
    '',
    end,
  ];
  return before + text.join('\n') + after;
}
