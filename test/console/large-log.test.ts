/** The event log of a long stream: only the visible rows exist, wherever the log is scrolled to. */

import { jetstream } from '@nats-io/jetstream';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { laptopAdded } from '../support/broker/publish.ts';
import { startTestSystem } from '../support/process/system.ts';

const total = 200_000;
/** Upper bound for rendered rows: more than twice the number that fits into a window 800 pixels high. */
const maxRows = 60;

// Syncing each event to disk would take minutes.
const system = await startTestSystem({ syncInterval: '2m' });
const { nc } = system.connection;
const browser = await openBrowser();

const line = (page: Page, position: number) => page.locator(`#message-${position}`);
const grid = (page: Page) => page.getByRole('grid', { name: 'Messages' });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

async function assertFewRows(page: Page): Promise<void> {
  const count = await page.locator('.log .event').count();
  assert.ok(count > 0 && count <= maxRows, `${count} rows`);
}

async function goTo(page: Page, place: string): Promise<void> {
  await page.getByLabel('Go to', { exact: true }).fill(place);
  await page.keyboard.press('Enter');
}

/** Holds the third request whose address contains `part` until the returned function is called. */
async function holdThird(page: Page, part: string): Promise<() => void> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let requests = 0;
  await page.route(
    (url) => url.href.includes(part),
    async (route) => {
      requests += 1;
      if (requests >= 3) await released;
      await route.continue().catch(() => undefined);
    },
  );
  return release;
}

const largeLog = suite('a log of 200,000 events');
const test = inBrowser(largeLog);

// Only the last of each batch is acknowledged: the others were stored before. The server discards what it cannot buffer.
const batchSize = 1000;
const js = jetstream(nc);
for (let index = 0; index < total; index++) {
  const { subject, payload } = laptopAdded(index + 1, `Maker ${index % 97}`, `M${index}`);
  if ((index + 1) % batchSize !== 0) nc.publish(subject, payload);
  else assert.is((await js.publish(subject, payload, { timeout: 60_000 })).seq, index + 1);
}
const { url, post } = await system.start('laptops');

test('renders only the visible rows while jumping, scrolling and following', async () => {
  await browser.visit(`${url}/#/log`, async (page) => {
    await line(page, total).getByText('M199999').waitFor();
    assert.is(await grid(page).getAttribute('aria-rowcount'), String(total + 1));
    await assertFewRows(page);

    await goTo(page, '100000');
    await line(page, 100_000).getByText('M99999').waitFor();
    await page.waitForURL(`${url}/#/log?at=100000`);
    await assertFewRows(page);

    // A short way is one of pixels, although the scroll bar is a scale of all rows: 50 rows of 34 px.
    for (let step = 0; step < 5; step++) {
      await grid(page).hover();
      await page.mouse.wheel(0, 340);
    }
    await line(page, 100_000 - 60).waitFor();
    await assertFewRows(page);
    await grid(page).focus();
    await page.keyboard.press('End');
    await line(page, 1).getByText('M0').waitFor();
    await assertFewRows(page);

    // As if the scroll bar was dragged to its middle.
    await grid(page).evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
    const middle = page.locator('.log .event').filter({ hasText: /LaptopAdded/ });
    await middle.first().waitFor();
    const shown = Number(await middle.first().locator('.position').textContent());
    assert.ok(Math.abs(shown - total / 2) < 1000, `position ${shown}`);
    await assertFewRows(page);

    await post('/laptops', { json: { id: total + 1, title: 'New', model: 'One' } });
    await button(page, 'Resume (1 new)').click();
    await line(page, total + 1)
      .getByText('model: One')
      .waitFor();
    await assertFewRows(page);
  });
});
test('adds nothing while it is scrolled, and follows again at the top', () =>
  browser.visit(`${url}/#/log`, async (page) => {
    await line(page, total).waitFor();
    await grid(page).hover();
    await page.mouse.wheel(0, 680);
    await button(page, 'Resume').waitFor();
    await post('/laptops', { json: { id: total + 2, title: 'New', model: 'Two' } });
    await button(page, '1 new event').click();
    await line(page, total + 2)
      .getByText('model: Two')
      .waitFor();
    await button(page, 'Pause').waitFor();
    await grid(page).hover();
    await page.mouse.wheel(0, 680);
    await button(page, 'Resume').waitFor();
    await page.mouse.wheel(0, -2000);
    await button(page, 'Pause').waitFor();
  }));
test('goes to a time', () =>
  browser.visit(`${url}/#/log?at=2001-01-01T00:00:00Z`, async (page) => {
    await line(page, 1).getByText('M0').waitFor();
    await goTo(page, 'soon');
    await page.getByText('Not a position or a time').waitFor();
    await goTo(page, '2200-01-01');
    await line(page, total).waitFor();
  }));
test('is searched in steps, with the progress, and the search can be cancelled and continued', () =>
  browser.visit(`${url}/#/log?text=m199`, async (page) => {
    await line(page, 200_000).waitFor();
    const release = await holdThird(page, 'text=nowhere');
    await page.getByLabel('Text').fill('nowhere');
    await page.getByText(/^0 matches in 20,000 of/).waitFor();
    await button(page, 'Cancel').click();
    release();
    await button(page, 'Search on').click();
    await page.getByText('No matching events.').waitFor();
    await page.getByLabel('Text').fill('m123456');
    await line(page, 123_457).getByText('M123456').waitFor();
    await page.getByText(/^1 match in /).waitFor();
  }));
test('is exported in steps, with the progress, and the export can be cancelled', () =>
  browser.visit(`${url}/#/log`, async (page) => {
    await line(page, total).waitFor();
    await button(page, 'Export').click();
    const release = await holdThird(page, '&limit=10000');
    await button(page, 'NDJSON').click();
    await page.getByText('Exporting NDJSON: 20,000 messages').waitFor();
    await button(page, 'Cancel export').click();
    await page.getByText('Cancelled NDJSON').waitFor();
    release();
    const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'CSV').click()]);
    assert.match(download.suggestedFilename(), /^laptops-log-1-\d+\.csv$/);
    await page.getByText(/^Exported CSV: 200,/).waitFor();
  }));
largeLog.after(async () => {
  await browser.close();
  await system.close();
});
largeLog.run();
