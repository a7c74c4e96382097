/** The time bar of the web console: when events happened, and the table and an entity at any moment. */

import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { EventTimeline } from '../../src/kit/api/responses/documents.ts';
import { eventually } from '../support/eventually.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import {
  awaitHash,
  awaitSlider,
  button,
  changes,
  hash,
  notice,
  row,
  slider,
  startConsoleHistory,
} from '../support/http/console-history.ts';

const { system, laptops, first, third, rejected, last } = await startConsoleHistory();
const browser = await openBrowser();

const bubble = (page: Page) => page.locator('.bubble');
const awaitTable = (page: Page) => row(page, 4).waitFor();

const Reads = z.object({ total: z.int(), most: z.int() });

/** Counts the reads of past states, in all and at most at once. */
const countReads = `
  const { fetch } = window;
  let current = 0;
  window.reads = { total: 0, most: 0 };
  window.fetch = async (...call) => {
    if (!String(call[0]).includes('asOf=')) return fetch(...call);
    window.reads.total += 1;
    window.reads.most = Math.max(window.reads.most, (current += 1));
    try {
      return await fetch(...call);
    } finally {
      current -= 1;
    }
  };
`;

/** Returns the place on the histogram, in pixels of the window, of a time between the events at `position` and `position + 1`. */
async function findPlaceAfter(page: Page, position: number): Promise<{ x: number; y: number }> {
  const { buckets, bucketMs } = EventTimeline.parse((await laptops.get('/laptops/events/timeline')).body);
  const timeOf = (at: number) => Date.parse(buckets.find((bucket) => bucket.position === at)?.time ?? '');
  const [from, to] = [Date.parse(buckets[0]?.time ?? ''), timeOf(last) + bucketMs];
  const box = await page.locator('.plot').boundingBox();
  if (box === null) throw new Error('the histogram is not displayed');
  const part = ((timeOf(position) + timeOf(position + 1)) / 2 - from) / (to - from);
  return { x: box.x + part * box.width, y: box.y + box.height / 2 };
}

const bar = suite('the time bar');
const testBar = inBrowser(bar);

testBar('has a histogram of the events over time, with the times of the first and the last one', () =>
  browser.visit(laptops.url, async (page) => {
    await page.locator('.bars.earlier').waitFor();
    const bars = (await page.locator('.bars.earlier .accepted').getAttribute('d')) ?? '';
    // The events about laptop 9 share bars.
    assert.ok(bars.split('M').length > 7);
    const rejectedBars = (await page.locator('.bars.earlier .rejected').getAttribute('d')) ?? '';
    assert.is(rejectedBars.split('M').length - 1, 1);
    const { buckets } = EventTimeline.parse((await laptops.get('/laptops/events/timeline')).body);
    const time = buckets[0]?.time.slice(11, 19) ?? '';
    await page.locator('.axis .first').getByText(time).waitFor();
    assert.ok((await page.locator('.axis .tick').count()) > 0);
    const place = await findPlaceAfter(page, first);
    await page.mouse.move(place.x, place.y);
    await bubble(page).getByText('no messages').waitFor();
  }),
);
testBar('marks rejected messages, with position and reason when they are focused', () =>
  browser.visit(laptops.url, async (page) => {
    const mark = page.locator('.marks .rejected');
    await mark.focus();
    await bubble(page).getByText(`Rejected at position ${rejected}`).waitFor();
    await bubble(page).getByText('the laptop already exists').waitFor();
    await page.keyboard.press('Enter');
    await notice(page).getByText(`as of position ${rejected}`).waitFor();
    await slider(page).focus();
    await bubble(page).waitFor({ state: 'detached' });
    await mark.hover();
    await bubble(page).getByText('the laptop already exists').waitFor();
  }),
);
testBar('marks the versions of the service, which the arrow keys reach from mark to mark', () =>
  browser.visit(laptops.url, async (page) => {
    const versions = page.locator('.marks .version');
    await versions.nth(1).waitFor();
    assert.is(await versions.count(), 2);
    await versions.first().focus();
    await page.keyboard.press('ArrowLeft');
    await bubble(page).getByText(`Version 99.0.0 from position ${last}`).waitFor();
    assert.is(await page.locator('.marks button[tabindex="0"]').count(), 1);
  }),
);
bar.run();

const moments = suite('a moment');
const testMoment = inBrowser(moments);

testMoment('is selected by dragging, with one read at a time', () =>
  browser.visit(laptops.url, async (page) => {
    await awaitTable(page);
    await page.evaluate(countReads);
    await page.locator('.bars.earlier').waitFor();
    const [start, end] = [await findPlaceAfter(page, last - 1), await findPlaceAfter(page, first)];
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    await page.mouse.move(end.x, end.y, { steps: 60 });
    await page.mouse.up();
    await notice(page).getByText('Changes are disabled.').waitFor();
    await row(page, 1).getByText('S3').waitFor();
    await row(page, 2).waitFor({ state: 'detached' });
    await awaitHash(page, /^#\/\?asOf=\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    await awaitSlider(page, first);
    const { total, most } = Reads.parse(await page.evaluate('window.reads'));
    assert.is(most, 1);
    assert.ok(total > 0);
  }),
);
testMoment('is selected event by event, with buttons', () =>
  browser.visit(laptops.url, async (page) => {
    await awaitTable(page);
    await awaitSlider(page, last);
    assert.ok(await button(page, 'Next event').isDisabled());
    for (const position of [last - 1, last - 2]) {
      await button(page, 'Previous event').click();
      await notice(page).getByText(`as of position ${position}, `).waitFor();
    }
    await row(page, 2).waitFor();
    await row(page, 4).waitFor({ state: 'detached' });
    await button(page, 'Next event').click();
    await row(page, 2).waitFor({ state: 'detached' });
    await button(page, 'Next event').click();
    await row(page, 4).waitFor();
    assert.ok(await button(page, 'Next event').isDisabled());
    await slider(page).focus();
    await page.keyboard.press('End');
    await notice(page).waitFor({ state: 'detached' });
  }),
);
testMoment('moves on while it is played, until the present', () =>
  browser.visit(laptops.url, async (page) => {
    await awaitTable(page);
    await awaitSlider(page, last);
    const position = async () => Number(await slider(page).inputValue());
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('1');
    await button(page, 'Play').click();
    await notice(page).waitFor();
    const started = await position();
    await eventually(async () => assert.ok((await position()) > started), 30_000);
    await button(page, 'Pause').click();
    const paused = await position();
    assert.ok(paused > 0 && paused < last);
    await notice(page).getByText('Changes are disabled.').waitFor();
    await page.waitForResponse((response) => response.url().endsWith('/laptops/status'));
    assert.is(await position(), paused);
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('100');
    await button(page, 'Play').click();
    await notice(page).waitFor({ state: 'detached' });
    await button(page, 'Play').waitFor();
    await awaitHash(page, '#/');
  }),
);
for (const [reducedMotion, duration] of [
  ['reduce', '0s'],
  ['no-preference', '0.12s'],
] as const) {
  testMoment(
    `moves ${duration === '0s' ? 'without' : 'with'} animation: prefers-reduced-motion ${reducedMotion}`,
    () =>
      browser.visit(
        laptops.url,
        async (page) => {
          await page.locator('.playhead').waitFor();
          const style = 'getComputedStyle(document.querySelector(".playhead")).transitionDuration';
          assert.is(await page.evaluate(style), duration);
        },
        { reducedMotion },
      ),
  );
}
testMoment('is in the address: reload, back and forward, a link', () =>
  browser.visit(laptops.url, async (page) => {
    await awaitTable(page);
    await page.getByLabel('Position').fill(String(first));
    await page.getByLabel('Position').press('Enter');
    await awaitHash(page, `#/?asOf=${first}`);
    await row(page, 2).waitFor({ state: 'detached' });
    await page.reload();
    await notice(page).getByText(`as of position ${first}, `).waitFor();
    await row(page, 1).getByText('S3').waitFor();
    assert.is(await row(page, 2).count(), 0);

    await row(page, 1).getByRole('link').click();
    await page.getByRole('heading', { name: 'Laptop 1 (historical)' }).waitFor();
    await page.locator('.fields').getByText('S3').waitFor();
    assert.is(hash(page), `#/entity/1?asOf=${first}`);
    await page.goBack();
    await page.getByRole('heading', { name: 'Laptops (historical)' }).waitFor();
    await page.goBack();
    await row(page, 1).getByText('S4').waitFor();
    assert.is(await notice(page).count(), 0);
    await page.goForward();
    await row(page, 1).getByText('S3').waitFor();
  }),
);
testMoment('is in the address at once', () =>
  browser.visit(`${laptops.url}/#/?asOf=${first}`, async (page) => {
    await button(page, 'Return to live view').waitFor();
    const address = await page.evaluate(`
      [...document.querySelectorAll('.notice button')].find((each) => each.textContent.includes('Return')).click();
      location.hash;
    `);
    assert.is(address, '#/');
  }),
);
testMoment('is the same for a colleague who opens the link', () =>
  browser.visit(`${laptops.url}/#/?asOf=${third}`, async (page) => {
    await button(page, 'Compare with now').click();
    await changes(page).getByText('1 added').waitFor();
    const link = await button(page, 'Copy link').getAttribute('title');
    assert.is(link, `${laptops.url}/#/?asOf=${third}&compare`);
    await awaitHash(page, `#/?asOf=${third}&compare`);
    await browser.visit(link ?? '', async (other) => {
      await changes(other).getByText('1 added').waitFor();
      assert.is(
        await other.locator('.rows tbody').innerText(),
        await page.locator('.rows tbody').innerText(),
      );
    });
  }),
);
testMoment('leaves the current rows, dimmed, until the first historical ones are read', () =>
  browser.visit(laptops.url, async (page) => {
    await awaitTable(page);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/asOf=/, async (route) => {
      await released;
      await route.continue();
    });
    await button(page, 'Previous event').click();
    await page.locator('.rows[aria-busy="true"]').waitFor();
    await row(page, 4).waitFor();
    release();
    await notice(page).getByText('Changes are disabled.').waitFor();
    await row(page, 4).waitFor({ state: 'detached' });
    assert.is(await page.locator('.rows.stale').count(), 0);
  }),
);
testMoment('that does not exist is reported', () =>
  browser.visit(`${laptops.url}/#/?asOf=yesterday`, async (page) => {
    await notice(page)
      .getByText(/position|invalid/)
      .waitFor();
    await button(page, 'Return to live view').click();
    await awaitTable(page);
  }),
);
testMoment('is reached with the command palette', () =>
  browser.visit(`${laptops.url}/#/health`, async (page) => {
    await page.getByRole('heading', { name: 'Health' }).first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to or run' }).fill(String(first));
    await page.getByRole('option', { name: `Laptops as of position ${first}` }).click();
    await notice(page).getByText(`as of position ${first}, `).waitFor();
    assert.is(hash(page), `#/?asOf=${first}`);
  }),
);
testMoment('of one laptop is selected event by event of this laptop, with keys', () =>
  browser.visit(`${laptops.url}/#/entity/1`, async (page) => {
    await page.locator('.fields').getByText('S4').waitFor();
    await page.locator('.track .own').waitFor();
    await slider(page).focus();
    await page.keyboard.press('ArrowLeft');
    await notice(page).getByText(`as of position ${rejected}, `).waitFor();
    await page.keyboard.press('ArrowLeft');
    await notice(page).getByText(`as of position ${first}, `).waitFor();
    await page.locator('.fields').getByText('S3').waitFor();
    await page.locator('.timeline > li[aria-current="step"]').getByText('LaptopAdded').waitFor();
    assert.ok(await button(page, 'Previous event').isDisabled());
    await page.keyboard.press('ArrowRight');
    await notice(page).getByText(`as of position ${rejected}, `).waitFor();
  }),
);
moments.run();

const growth = suite('the time bar while events arrive');
const testGrowth = inBrowser(growth);

testGrowth('shows them in its histogram', () =>
  browser.visit(laptops.url, async (page) => {
    await awaitTable(page);
    const bars = page.locator('.bars.earlier .accepted');
    const before = await bars.getAttribute('d');
    await laptops.put('/laptops/4', { json: { title: 'Acer', model: `Swift ${Date.now()}` } });
    await eventually(async () => assert.is.not(await bars.getAttribute('d'), before), 30_000);
  }),
);
growth.after(async () => {
  await browser.close();
  await system.close();
});
growth.run();
