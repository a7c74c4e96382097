/** The web console of a service with text ids: table, forms, links, history, points in time, event log. */

import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { startParcelSystem } from '../support/services/parcels/system.ts';

const system = await startParcelSystem();
const parcels = await system.start('parcels');
for (const id of ['BBB-0001', 'AAA-0001']) {
  assert.is((await parcels.post('/parcels', { json: { id, weight: 1, town: `Town of ${id}` } })).status, 201);
}
const browser = await openBrowser();

const row = (page: Page, id: string) => page.locator(`tr[data-id="${id}"]`);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');
const field = (page: Page, name: string) => dialog(page).locator(`[name="${name}"]`);
const submit = (page: Page, name: string) => dialog(page).getByRole('button', { name, exact: true }).click();
const shown = (page: Page, text: string) => page.getByRole('definition').getByText(text, { exact: true });

const consoleSuite = suite('the console of a service with text ids');
const test = inBrowser(consoleSuite);

test('lists, adds, changes and removes entities', async () => {
  await browser.visit(parcels.url, async (page) => {
    await row(page, 'BBB-0001').waitFor();
    const ids = await page
      .locator('tr[data-id]')
      .evaluateAll((rows) => rows.map((each) => each.getAttribute('data-id')));
    assert.equal(ids, ['AAA-0001', 'BBB-0001']);

    await button(page, 'Send a parcel').click();
    await field(page, 'id').fill('abc');
    await field(page, 'weight').fill('5');
    await field(page, 'town').fill('Bonn');
    await submit(page, 'Send');
    await dialog(page)
      .getByText(/^must be a text that matches/)
      .waitFor();
    await field(page, 'id').fill('ABC-1234');
    await submit(page, 'Send');
    await row(page, 'ABC-1234').getByText('Bonn').waitFor();

    await button(page, 'Redirect parcel ABC-1234').click();
    await field(page, 'town').fill('Ulm');
    await submit(page, 'Redirect');
    await row(page, 'ABC-1234').getByText('Ulm').waitFor();
    await button(page, 'Deliver parcel BBB-0001').click();
    await submit(page, 'Deliver');
    await row(page, 'BBB-0001').waitFor({ state: 'detached' });
  });
});
test('shows an entity, its history, and its state at an earlier point', async () => {
  await browser.visit(parcels.url, async (page) => {
    await page.getByRole('link', { name: 'ABC-1234', exact: true }).click();
    await page.getByRole('heading', { name: 'Parcel ABC-1234' }).waitFor();
    assert.match(page.url(), /#\/entity\/ABC-1234$/);
    await shown(page, 'Ulm').waitFor();
    const events = page.getByRole('listitem').filter({ hasText: 'ParcelSent' });
    await events.getByRole('button', { name: /^Show version at position/ }).click();
    await shown(page, 'Bonn').waitFor();
    await button(page, 'Return to live view').click();
    await shown(page, 'Ulm').waitFor();
    await parcels.put('/parcels/ABC-1234', { json: { town: 'Köln' } });
    await shown(page, 'Köln').waitFor();
    await page.waitForURL(/#\/entity\/ABC-1234$/);
    await page.reload();
    await shown(page, 'Köln').waitFor();
  });
});
test('shows all entities at an earlier point', async () => {
  await browser.visit(parcels.url, async (page) => {
    await row(page, 'AAA-0001').waitFor();
    await page.getByLabel('Position').fill('1');
    await page.getByLabel('Position').press('Enter');
    await row(page, 'BBB-0001').waitFor();
    await row(page, 'AAA-0001').waitFor({ state: 'detached' });
  });
});
test('filters the event log by an id', async () => {
  await browser.visit(`${parcels.url}/#/log`, async (page) => {
    const events = page.locator('.log .event');
    await events.filter({ hasText: 'AAA-0001' }).first().waitFor();
    await page.getByLabel('Id', { exact: true }).fill('ABC-1234');
    await events.filter({ hasText: 'AAA-0001' }).first().waitFor({ state: 'detached' });
    await events.filter({ hasText: 'ParcelSent' }).click();
    await page.getByRole('link', { name: 'parcel ABC-1234' }).click();
    await page.getByRole('heading', { name: 'Parcel ABC-1234' }).waitFor();
  });
});
consoleSuite.after(async () => {
  await browser.close();
  await system.close();
});
consoleSuite.run();
