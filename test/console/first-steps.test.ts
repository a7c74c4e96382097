/** An empty system: the ways to add the first laptop, and the sample data. */

import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { publishAll } from '../support/broker/publish.ts';
import { assertFitsWindow, findViolations, saveScreenshot } from '../support/http/page-checks.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops');
const browser = await openBrowser();

const ways = (page: Page) => page.getByRole('region', { name: 'Ways to add a laptop' });
const row = (page: Page, id: number) => page.locator(`tr[data-id="${id}"]`);

const firstSteps = suite('while there are no laptops, the web console');
const test = inBrowser(firstSteps);

for (const [size, viewport] of Object.entries({
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
}))
  test(`is accessible, and fits a ${size}`, () =>
    browser.visit(
      laptops.url,
      async (page) => {
        await ways(page).getByText('nats -s').first().waitFor();
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          assert.equal(await findViolations(page), [], colorScheme);
          await assertFitsWindow(page);
          await saveScreenshot(page, ['first-steps', size, colorScheme]);
        }
      },
      { colorScheme: 'light', viewport },
    ));
test('shows the commands for this service, and lights up when the event is published', () =>
  browser.visit(laptops.url, async (page) => {
    await ways(page).getByText('nats -s').first().waitFor();
    const nats = `nats -s ${system.broker.url}`;
    const document = '{"title":"Lenovo","model":"S3"}';
    const event = '{"type":"LaptopAdded","title":"Lenovo","model":"S3"}';
    assert.equal(await ways(page).locator('pre').allTextContents(), [
      `curl -i -X POST ${laptops.url}/laptops -H 'Content-Type: application/json' -d '${document}'`,
      `${nats} req laptops.commands.add '${document}'`,
      `${nats} pub laptops.events.1 '${event}'`,
    ]);
    const timeBar = page.getByRole('group', { name: 'Moment that is shown' });
    assert.is(await timeBar.count(), 0);
    await publishAll(system.connection.nc, [{ subject: 'laptops.events.1', payload: event }]);
    await row(page, 1).getByText('S3').waitFor();
    await timeBar.waitFor();
    assert.match((await row(page, 1).getAttribute('class')) ?? '', 'changed');
    await ways(page).waitFor({ state: 'detached' });
  }));
test('adds the sample data', async () => {
  await laptops.delete('/laptops/1');
  await browser.visit(laptops.url, async (page) => {
    await page.getByRole('button', { name: 'Add the sample laptops' }).click();
    await page.getByText('Added 99 laptops.').waitFor();
    await row(page, 2).getByText('MacBook').waitFor();
  });
});
firstSteps.after(async () => {
  await browser.close();
  await system.close();
});
firstSteps.run();
