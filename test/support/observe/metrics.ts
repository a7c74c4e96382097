/** Reads Prometheus metrics from a service's probe port. */

import type { ServiceProcess } from '../process/service-process.ts';

/** One value with its labels. */
export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

export async function readMetrics({ probeUrl }: Pick<ServiceProcess, 'probeUrl'>): Promise<Sample[]> {
  return parseMetrics(await (await fetch(`${probeUrl}/metrics`)).text());
}

/** Parses the Prometheus text format. Comments are ignored. */
export function parseMetrics(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (name === '') throw new Error(`not a sample: ${line}`);
      return { name, labels: parseLabels(labels), value: value === '+Inf' ? Infinity : Number(value) };
    });
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, name = '', value = '']) => [name, value]),
  );
}

/** Returns the sum of the samples with this name and these labels; undefined if there are none. */
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
