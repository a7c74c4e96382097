/** A real Chromium for the tests of the page, without a window. */

import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../../../scripts/setup/command.mjs';

export type TestBrowser = {
  /**
   * Shows the address in a profile of its own for as long as `look` takes. Fails when the page broke its policy, asked
   * another origin for something, or threw.
   */
  visit(url: string, look: (page: Page) => Promise<void>, options?: BrowserContextOptions): Promise<void>;
  close(): Promise<void>;
};

/** The browser to test with: what PORTSIDE_CHROMIUM names (empty: none), else what is on the PATH. */
function findChromium(): string | undefined {
  const named = process.env['PORTSIDE_CHROMIUM'] ?? findOnPath('chromium', process.env)[0];
  return named === '' ? undefined : named;
}

/** What a suite gets its tests by: where there is no Chromium they are skipped, and that is said. */
export function inBrowser(suite: Test): Test | Test['skip'] {
  if (findChromium() !== undefined) return suite;
  process.stdout.write('skipped: there is no chromium to show the page in; PORTSIDE_CHROMIUM can name one\n');
  return suite.skip;
}

/** Milliseconds in which a page has to show what it should: many, for a machine that has other things to do. */
const patienceMs = 60_000;

export async function openBrowser(): Promise<TestBrowser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    return { visit: () => Promise.reject(new Error('no chromium')), close: () => Promise.resolve() };
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

  return {
    async visit(url, look, options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        locale: 'en-GB',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
        ...options,
      });
      try {
        context.setDefaultTimeout(patienceMs);
        const page = await context.newPage();
        const complaints = complaintsOf(page, new URL(url).origin);
        try {
          await open(page, url);
          await look(page);
        } catch (error) {
          // Without these, what was waited for in vain says nothing of why.
          process.stdout.write(`complaints: ${JSON.stringify(complaints)}\n${await describePage(page)}\n`);
          throw error;
        }
        assert.equal(complaints, []);
      } finally {
        await context.close();
      }
    },
    close: () => browser.close(),
  };
}

/**
 * Opens the page. On a busy machine chromium has been seen to show nothing at all, without any complaint, for as long as one
 * waits; why is not known, and in hundreds of visits made to see it again it did not happen. A person would load it
 * again, and so does this, once and aloud, with what did not arrive.
 */
async function open(page: Page, url: string): Promise<void> {
  const missing = new Set<string>();
  page.on('request', (request) => missing.add(request.url()));
  page.on('requestfinished', (request) => missing.delete(request.url()));
  await page.goto(url);
  const heading = page.getByRole('heading').first();
  try {
    await heading.waitFor({ timeout: 15_000 });
  } catch {
    process.stdout.write(
      `${url} showed nothing for 15 s; loading it again\nstill missing: ${[...missing].join(', ')}\n`,
    );
    await page.reload();
  }
}

/** What a person would read on it. */
async function describePage(page: Page): Promise<string> {
  const text = await page
    .locator('body')
    .innerText()
    .catch(() => 'nothing');
  return `it showed: ${text.slice(0, 2_000)}`;
}

/** What is wrong with a page, as it comes. */
function complaintsOf(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`asked for ${request.url()}`);
  });
  return complaints;
}
