/** The results folder: the samples of each scenario as JSON, and the reports of all of them. */

import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from '../scenario.ts';
import { renderDetails } from './details-page.ts';
import { Result } from './result.ts';
import { renderResults } from './results-page.ts';

export async function storeResult(output: string, result: Result): Promise<void> {
  await mkdir(join(output, 'results'), { recursive: true });
  await writeFile(resultFile(output, result.scenario), `${JSON.stringify(result, undefined, 2)}\n`);
}

/** Returns the stored results by scenario, in the order of `names`. */
export async function readResults(output: string, names: readonly string[]): Promise<Map<string, Result>> {
  const results = new Map<string, Result>();
  for (const name of names) {
    const file = resultFile(output, name);
    if (existsSync(file)) results.set(name, Result.parse(JSON.parse(await readFile(file, 'utf8'))));
  }
  return results;
}

/** Writes the reports of all stored results, including those of earlier runs. */
export async function writeReports(
  output: string,
  scenarios: Readonly<Record<string, Scenario>>,
): Promise<void> {
  const results = await readResults(output, Object.keys(scenarios));
  await writeFile(join(output, 'RESULTS.md'), renderResults(scenarios, results));
  await writeFile(join(output, 'DETAILS.md'), renderDetails(scenarios, results));
}

function resultFile(output: string, scenario: string): string {
  return join(output, 'results', `${scenario}.json`);
}
