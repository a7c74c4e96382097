import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const { nc } = system.connection;
const laptops = await system.start('laptops');
await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } });
const browser = await openBrowser();

const lines = (page: Page) => page.locator('.log summary');
const visitLog = (action: (page: Page) => Promise<void>) =>
  browser.visit(`${laptops.url}/#/log`, async (page) => {
    await lines(page).getByText('LaptopAdded').first().waitFor();
    await action(page);
  });

const eventLog = suite('the event log');
const test = inBrowser(eventLog);

test('shows earlier events and adds new ones as they arrive', () =>
  visitLog(async (page) => {
    await publishAll(nc, [laptopAdded(2, 'Dell', 'XPS')]);
    await lines(page).first().getByText('model: XPS').waitFor();
    assert.is(await lines(page).count(), 2);
  }));
test('shows the full event when expanded', () =>
  visitLog(async (page) => {
    await lines(page).first().click();
    const text = (await page.locator('.log details[open] pre').textContent()) ?? '';
    assert.equal(JSON.parse(text), { type: 'LaptopAdded', title: 'Dell', model: 'XPS' });
  }));
test('can be filtered by type and by id', () =>
  visitLog(async (page) => {
    await laptops.put('/laptops/1', { json: { title: 'Lenovo', model: 'S4' } });
    await page.getByLabel('Type').selectOption('LaptopRevised');
    await lines(page).getByText('LaptopAdded').first().waitFor({ state: 'detached' });
    await lines(page).getByText('model: S4').waitFor();
    assert.is(await lines(page).count(), 1);
    await page.getByLabel('Type').selectOption('');
    await page.getByLabel('Id').fill('2');
    await lines(page).filter({ hasText: 'S4' }).waitFor({ state: 'detached' });
    assert.is(await lines(page).count(), 1);
    await page.getByLabel('Id').fill('99');
    await page.getByText('No matching events.').waitFor();
  }));
test('does not change while paused, and shows the missed events when resumed', () =>
  visitLog(async (page) => {
    const before = await lines(page).count();
    await page.getByRole('button', { name: 'Pause' }).click();
    await publishAll(nc, [laptopAdded(20), laptopAdded(21), laptopAdded(22)]);
    await page.getByRole('button', { name: 'Resume (3 new)' }).waitFor();
    assert.is(await lines(page).count(), before);
    await page.getByRole('button', { name: 'Resume (3 new)' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    assert.is(await lines(page).count(), before + 3);
  }));
test('lists rejected messages with their reasons', () =>
  visitLog(async (page) => {
    await page.getByText('0 rejected messages').waitFor();
    nc.publish('laptops.events.1', 'not JSON at all');
    const [position] = await publishAll(nc, [laptopAdded(1)]);
    await page.getByText('2 rejected messages').waitFor();
    await page.getByText('the laptop already exists').waitFor();
    await page
      .locator('.log li.rejected')
      .filter({ hasText: String(position) })
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'Event log 2 rejected' }).waitFor();
  }));
eventLog.after(async () => {
  await browser.close();
  await system.close();
});
eventLog.run();
