/** Checks of a page of the web console with axe-core, and its screenshots in `docs/screenshots/`. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { z } from 'zod';

const Violation = z.object({
  id: z.string(),
  help: z.string(),
  nodes: z.array(z.object({ html: z.string() })),
});
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

export async function findViolations(page: Page): Promise<string[]> {
  if (await page.evaluate('window.axe === undefined')) await page.evaluate(axe);
  const violations = await page.evaluate('axe.run(document).then(({ violations }) => violations)');
  return z
    .array(Violation)
    .parse(violations)
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join('; ')}`);
}

/** Asserts that nothing is wider than the window, except for the table, which has its own scroll bar. */
export async function assertFitsWindow(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  assert.is(overflow, 0, 'the page does not scroll horizontally');
}

/** Further screenshots, in dark mode or on a phone. */
const further: readonly string[] = [
  'table-dark',
  'table-phone',
  'first-steps-dark',
  'first-steps-phone',
  'doctor-dark',
  'doctor-phone',
  'log-phone',
  'log-filters-dark',
  'comparison-dark',
  'comparison-phone',
  'system-phone',
];

/** With PORTSIDE_SCREENSHOTS=1, saves one screenshot per view, and the further ones. */
export async function saveScreenshot(
  page: Page,
  [name, ...variant]: readonly [string, string, string],
): Promise<void> {
  if (process.env['PORTSIDE_SCREENSHOTS'] !== '1') return;
  const differences = variant.filter((part) => part !== 'desktop' && part !== 'light');
  const shot = [name, ...differences].join('-');
  if (differences.length > 0 && !further.includes(shot)) return;
  const file = new URL(`../../../docs/screenshots/${shot}.png`, import.meta.url);
  await page.screenshot({ path: fileURLToPath(file) });
}
