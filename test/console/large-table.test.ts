import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startTestSystem } from '../support/process/system.ts';

const total = 100_000;
/** Upper bound for rendered rows: more than twice the number that fits into a window 800 pixels high. */
const maxRows = 60;

const system = await startTestSystem();
const { nc } = system.connection;
const positions = await publishAll(
  nc,
  Array.from({ length: total }, (_, index) => laptopAdded(index + 1, `Maker ${index % 97}`, `M${index}`)),
);
const { url } = await system.start('laptops');
const browser = await openBrowser();

const row = (page: Page, id: number) => page.locator(`tr[data-id="${id}"]`);

async function assertFewRows(page: Page): Promise<void> {
  const count = await page.locator('tbody tr').count();
  assert.ok(count > 0 && count <= maxRows, `${count} rows`);
}

const largeTable = suite('a table of 100,000 laptops');
const test = inBrowser(largeTable);

test('renders only the visible rows while scrolling, searching, sorting, time travelling and updating', async () => {
  assert.is(positions.length, total);
  await browser.visit(url, async (page) => {
    await page.getByText('100,000 laptops', { exact: true }).waitFor();
    await assertFewRows(page);

    const region = page.getByRole('region', { name: 'All laptops' });
    await region.focus();
    await page.keyboard.press('End');
    await row(page, total).waitFor();
    await assertFewRows(page);
    assert.is(await page.locator('table').getAttribute('aria-rowcount'), String(total + 1));
    assert.is(await row(page, total).getAttribute('aria-rowindex'), String(total + 1));

    await page.getByLabel('Find').fill('m54321');
    await row(page, 54_322).waitFor();
    await page.getByText('1 of 100,000 laptops').waitFor();
    await page.getByLabel('Find').fill('');

    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: /^Model/ }).click();
    await page.getByRole('button', { name: /^Model/ }).click();
    await region.focus();
    await page.keyboard.press('Home');
    await row(page, total).getByText('M99999').waitFor();
    await assertFewRows(page);

    await publishAll(nc, [
      { subject: 'laptops.events.7', payload: '{"type":"LaptopRevised","model":"M999999"}' },
    ]);
    await row(page, 7).getByText('M999999').waitFor();

    await page.getByLabel('Position').fill('50000');
    await page.getByLabel('Position').press('Enter');
    await page.getByText('50,000 laptops', { exact: true }).waitFor();
    await assertFewRows(page);
    await page.getByRole('button', { name: 'Return to live view' }).click();
    await page.getByText('100,000 laptops', { exact: true }).waitFor();
  });
});
test('updates a visible row while the whole list is read', async () => {
  const revise = (id: number, model: string) => ({
    subject: `laptops.events.${id}`,
    payload: JSON.stringify({ type: 'LaptopRevised', model }),
  });
  await browser.visit(url, async (page) => {
    await page.getByText('100,000 laptops', { exact: true }).waitFor();
    const held: (() => Promise<void>)[] = [];
    let isHeld = true;
    await page.route('**/laptops?limit=*', async (route) => {
      const response = await route.fetch();
      const send = () => route.fulfill({ response });
      if (isHeld) held.push(send);
      else await send();
    });
    // So many that the list is read.
    await publishAll(
      nc,
      Array.from({ length: 100 }, (_, index) => revise(50_001 + index, 'N1')),
    );
    await eventually(() => assert.is(held.length, 1));
    await publishAll(nc, [revise(3, 'N2')]);
    await row(page, 3).getByText('N2').waitFor();

    // A page of the list that is older does not undo it.
    isHeld = false;
    await held[0]?.();
    await page.getByLabel('Find').fill('n1');
    await page.getByText('100 of 100,000 laptops').waitFor();
    await page.getByLabel('Find').fill('');
    await row(page, 3).getByText('N2').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });
});
largeTable.after(async () => {
  await browser.close();
  await system.close();
});
largeTable.run();
