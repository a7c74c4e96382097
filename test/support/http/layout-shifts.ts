/** Finds buttons, links and fields of a page that move although the user did nothing. */

import type { Page } from 'playwright-core';
import { z } from 'zod';

/** Time between two responses, in ms: a slow network, on which each response is displayed before the next one. */
const betweenResponsesMs = 60;

/** Compares the places of what is visible in each frame. Marks of the time bar are at times, so new events move them. */
const record = `
  window.moved = [];
  let previous = new Map();
  (function compare() {
    const places = new Map();
    for (const element of document.querySelectorAll('a, button, input, select, textarea, summary')) {
      const { x, y, width, height } = element.getBoundingClientRect();
      const isVisible = width * height > 1 && y < innerHeight && x < innerWidth && !element.closest('.marks');
      if (!isVisible) continue;
      const place = Math.round(x) + ', ' + Math.round(y);
      places.set(element, place);
      const before = previous.get(element) ?? place;
      const name = element.ariaLabel ?? element.name ?? '';
      if (before !== place)
        window.moved.push(element.localName + ' ' + name + ' "' + element.textContent.trim() + '" from ' + before + ' to ' + place);
    }
    previous = places;
    requestAnimationFrame(compare);
  })();
`;

/** Opens the page again, with delayed responses of the API, and records what moves from then on. */
export async function reopenRecorded(page: Page): Promise<void> {
  await page.addInitScript(record);
  let previous: Promise<unknown> = Promise.resolve();
  await page.route(/\/(openapi\.json|services|laptops)(?!.*\/events$)/, (route) => {
    previous = previous.then(async () => {
      await route.continue().catch(() => undefined);
      await new Promise((next) => setTimeout(next, betweenResponsesMs));
    });
  });
  await page.reload();
}

/** Returns what has moved, after everything that `page` has begun to read is displayed. */
export async function readShifts(page: Page): Promise<string[]> {
  // The requests are answered in their order, so those of the page are answered before a second poll.
  for (let polls = 0; polls < 2; polls += 1) {
    await page.waitForResponse((response) => response.url().endsWith('/laptops/status'));
  }
  return z.array(z.string()).parse(await page.evaluate('window.moved'));
}
