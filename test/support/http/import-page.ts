/** Uses the import of files in the web console. */

import type { Page } from 'playwright-core';

/** Generous, for a machine on which the import of thousands of rows takes minutes. */
const importTimeoutMs = 240_000;

export const row = (page: Page, id: number | string) => page.locator(`tr[data-id="${id}"]`);
export const dialog = (page: Page) => page.getByRole('dialog');
export const button = (page: Page, name: string | RegExp) => dialog(page).getByRole('button', { name });
export const preview = (page: Page) => dialog(page).getByRole('region', { name: 'Preview' });
export const status = (page: Page, text: string | RegExp) =>
  dialog(page).getByRole('status').getByText(text).waitFor();

/** Opens the dialog, and chooses a file. */
export async function choose(page: Page, name: string, content: string | Uint8Array): Promise<void> {
  await page.getByRole('button', { name: 'Import a file', exact: true }).click();
  const file = { name, mimeType: '', buffer: Buffer.from(content) };
  await dialog(page).locator('input[type=file]').setInputFiles(file);
}

/** Imports the rows, and returns the result. */
export async function runImport(page: Page): Promise<string[]> {
  await button(page, /^Import [\d,]+ rows?$/).click();
  await dialog(page).getByRole('listitem').first().waitFor({ timeout: importTimeoutMs });
  return dialog(page).getByRole('listitem').allInnerTexts();
}

export async function importFile(page: Page, name: string, content: string | Uint8Array): Promise<string[]> {
  await choose(page, name, content);
  const result = await runImport(page);
  await button(page, 'Close').last().click();
  return result;
}
