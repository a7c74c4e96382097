/** The page shows how things were: one entity at any moment, and the whole table. */

import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { positionOf } from '../support/http/http.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops', { env: { TRACE_URL: 'https://traces.example/{traceId}' } });
const traceId = '0af7651916cd43dd8448eb211c80319c';
const added = positionOf(await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } }));
const revised = positionOf(
  await laptops.put('/laptops/1', {
    json: { title: 'Lenovo', model: 'S4' },
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  }),
);
const second = positionOf(await laptops.post('/laptops', { json: { id: 2, title: 'Dell', model: 'XPS' } }));
const [rejected = 0] = await publishAll(system.connection.nc, [laptopAdded(1, 'again', 'no')]);
const removed = positionOf(await laptops.delete('/laptops/2'));
const browser = await openBrowser();

const row = (page: Page, id: number) => page.locator(`tr[data-id="${id}"]`);
const past = (page: Page) => page.locator('.notice.past');

const travelling = suite('the table as it was');
const travel = inBrowser(travelling);

travel('at a position: marked as the past, and nothing can be changed', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).getByText('S4').waitFor();
    assert.is(await row(page, 2).count(), 0);
    await page.getByLabel('Position').fill(String(added));
    await page.getByLabel('Position').press('Enter');
    await past(page).getByText(`as of position ${added}`).waitFor();
    await row(page, 1).getByText('S3').waitFor();
    await page.getByRole('heading', { name: 'Laptops as they were' }).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Add a laptop' }).isDisabled());
    assert.is(await page.getByRole('button', { name: /^(Change|Remove) laptop/ }).count(), 0);
    assert.match((await page.locator('section.view').getAttribute('class')) ?? '', 'past');

    await page.getByRole('button', { name: 'Back to now' }).click();
    await row(page, 1).getByText('S4').waitFor();
    assert.is(await past(page).count(), 0);
  });
});
travel('a position that is being typed stays, whatever happens meanwhile', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).getByText('S4').waitFor();
    const field = page.getByLabel('Position');
    await field.fill('');
    await field.pressSequentially(String(added));
    // Before the second is asked for, what the first one told has been drawn.
    for (let looks = 0; looks < 2; looks += 1) {
      await page.waitForResponse((response) => response.url().endsWith('/laptops/status'));
    }
    assert.is(await field.inputValue(), String(added));
    await field.press('Enter');
    await past(page).getByText(`as of position ${added}`).waitFor();
  });
});
travel('by the slider, with the keys', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    const slider = page.getByRole('slider', { name: 'Moment' });
    const standsAt = (position: number) =>
      eventually(async () => assert.is(await slider.inputValue(), String(position)), 30_000);
    // It knows where the end is a moment after the rows are there.
    await standsAt(removed);
    await slider.focus();
    for (let position = removed; position > second; position -= 1) {
      await page.keyboard.press('ArrowLeft');
      await standsAt(position - 1);
    }
    await row(page, 2).getByText('XPS').waitFor();
    await page.keyboard.press('Home');
    await page.getByText('There were none then.').waitFor();
  });
});
travel('at a time', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    await page.getByLabel('Time').fill('2020-01-31T12:00:00');
    await past(page).getByText('31 Jan 2020').waitFor();
    await page.getByText('There were none then.').waitFor();
  });
});
travel('what happens now does not show in the past', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    await page.getByLabel('Position').fill(String(revised));
    await page.getByLabel('Position').press('Enter');
    await page.getByText('Nothing can be changed here.').waitFor();
    await laptops.post('/laptops', { json: { id: 3, title: 'New', model: 'One' } });
    await page
      .getByText(/^\d+ of \d+$/)
      .filter({ hasText: `${removed + 1} of` })
      .waitFor();
    assert.is(await row(page, 3).count(), 0);
    await page.getByRole('button', { name: 'Back to now' }).click();
    await row(page, 3).waitFor();
  });
});
travelling.run();

const remembering = suite('one laptop and what happened to it');
const remember = inBrowser(remembering);

remember('each event with its position, its message id, and what it changed', async () => {
  await browser.visit(`${laptops.url}/#/entity/1`, async (page) => {
    const entries = page.locator('.timeline > li');
    const change = entries.filter({ hasText: 'LaptopRevised' });
    await change.getByRole('list', { name: 'What it changed' }).getByText('S3').waitFor();
    assert.match((await change.textContent()) ?? '', /model: *S3 *→ *S4/);
    assert.match((await change.textContent()) ?? '', /message [0-9a-f-]{36}/);
    assert.match((await change.textContent()) ?? '', String(revised));
    assert.not.match((await change.textContent()) ?? '', 'title: Lenovo →');
    const trace = change.getByRole('link', { name: traceId });
    assert.is(await trace.getAttribute('href'), `https://traces.example/${traceId}`);
    const refused = entries.filter({ hasText: 'Rejected: the laptop is already there' });
    await refused.getByText('nothing', { exact: true }).waitFor();
    assert.match((await refused.textContent()) ?? '', String(rejected));
    assert.is(await entries.count(), 3);
  });
});
remember('as it was when an event had happened', async () => {
  await browser.visit(`${laptops.url}/#/entity/1`, async (page) => {
    await page.getByRole('button', { name: `Show it at position ${added}`, exact: true }).click();
    await page.getByRole('heading', { name: 'Laptop 1 as it was' }).waitFor();
    await page.locator('.fields').getByText('S3').waitFor();
    await page.locator(`.timeline > li[aria-current="step"]`).getByText('LaptopAdded').waitFor();
    await page.getByRole('button', { name: 'Back to now' }).click();
    await page.locator('.fields').getByText('S4').waitFor();
  });
});
remember('one that is gone: that it is, and that it was', async () => {
  await browser.visit(`${laptops.url}/#/entity/2`, async (page) => {
    await page.getByText('It is not there.').waitFor();
    await page.getByText('LaptopRemoved').waitFor();
    await page.getByRole('button', { name: `Show it at position ${second}`, exact: true }).click();
    await page.locator('.fields').getByText('XPS').waitFor();
  });
});
remember('one that never was', async () => {
  await browser.visit(`${laptops.url}/#/entity/99`, async (page) => {
    await page.getByText('No laptop 99 has ever existed.').waitFor();
  });
});
remember('what happens to it now', async () => {
  await browser.visit(`${laptops.url}/#/entity/1`, async (page) => {
    await page.locator('.fields').getByText('S4').waitFor();
    await laptops.put('/laptops/1', { json: { title: 'Lenovo', model: 'S5' } });
    await page.locator('.fields').getByText('S5').waitFor();
    await page.getByText('History: 4 messages').waitFor();
  });
});
remembering.run();

const ending = suite('in the end');
ending('nothing is left', async () => {
  await browser.close();
  await system.close();
});
ending.run();
