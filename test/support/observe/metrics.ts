/** What a service tells Prometheus, read from its probe port. */

import type { ServiceProcess } from '../process/service-process.ts';

/** One value with its labels. */
export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** Every sample of `/metrics`. */
export async function readMetrics({ probeUrl }: Pick<ServiceProcess, 'probeUrl'>): Promise<Sample[]> {
  return parseMetrics(await (await fetch(`${probeUrl}/metrics`)).text());
}

/** The samples of a text in Prometheus' format; comments are left out. */
export function parseMetrics(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (name === '') throw new Error(`no sample: ${line}`);
      return { name, labels: parseLabels(labels), value: value === '+Inf' ? Infinity : Number(value) };
    });
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, name = '', value = '']) => [name, value]),
  );
}

/** The sum of the samples of this name that have these labels; undefined: there is none. */
export function valueOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}
