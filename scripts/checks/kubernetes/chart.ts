/** Renders the Helm chart, and compares it with the kustomizations. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../../setup/root.mjs';
import { AnyObject } from './schema.ts';

const run = promisify(execFile);

export const chartFolder = join(ROOT, 'kubernetes', 'chart');

/** Values for the production overlay, which the chart contains. */
export const productionValues = join(chartFolder, 'values-production.yaml');

/** Renders the chart as text, as the first revision of a release. @param options such as `--values=FILE` and `--set=KEY=VALUE` */
export async function renderChartText(helm: string, ...options: readonly string[]): Promise<string> {
  const args = ['template', 'portside', chartFolder, '--namespace=portside', ...options];
  // Without the messages about the linked files of the chart, which are in stderr.
  return (await run(helm, args)).stdout;
}

/** Renders the chart, as the first revision of a release. */
export async function renderChart(helm: string, ...options: readonly string[]): Promise<AnyObject[]> {
  const text = await renderChartText(helm, ...options);
  // Helm parses octal numbers, as YAML 1.1 does.
  return parseAllDocuments(text, { version: '1.1' })
    .filter(({ contents }) => contents !== null)
    .map((document) => {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      return AnyObject.parse(document.toJS());
    });
}

/** Labels that only Helm sets. */
const chartLabels = ['helm.sh/chart', 'app.kubernetes.io/managed-by'];

/**
 * Returns the objects of the chart and of a kustomization in a form in which they are equal, by kind and name. Only these
 * differences are removed:
 * - Helm does not create the namespace of a release.
 * - The labels of the chart.
 * - A changed ConfigMap has another name with kustomize; with Helm, pods have an annotation with its digest.
 * - The Job of each revision has its own name.
 * - The order of volumes and mounts.
 */
export function comparable(objects: readonly AnyObject[]): Record<string, unknown> {
  const configMaps = objects.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
  const named = objects
    .filter(({ kind }) => kind !== 'Namespace')
    .map((object) => {
      const normalized: unknown = JSON.parse(JSON.stringify(object), normalize);
      const { kind, metadata } = AnyObject.parse(normalized);
      return [`${kind} ${metadata.name}`, normalized] as const;
    });
  return Object.fromEntries(named.toSorted(([one], [other]) => one.localeCompare(other)));

  function normalize(this: unknown, key: string, value: unknown): unknown {
    if (chartLabels.includes(key)) return undefined;
    if (key === 'annotations' && isDigests(value)) return undefined;
    if (key === 'name' && typeof value === 'string')
      return configMaps.includes(value)
        ? value.replace(/-[a-z0-9]{10}$/, '')
        : value.replace(/^(.*provision)-1$/, '$1');
    if (key === 'volumes' || key === 'volumeMounts') return sortedByName(value);
    return value;
  }
}

const isDigests = (value: unknown) =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).every((name) => name.startsWith('checksum/'));

const Named = z.array(z.looseObject({ name: z.string() }));

const sortedByName = (list: unknown) =>
  Named.parse(list).toSorted((one, other) => one.name.localeCompare(other.name));
