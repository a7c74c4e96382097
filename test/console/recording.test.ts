/**
 * A tour of the web console: from an empty system to a comparison of now with then. PORTSIDE_SCREENSHOTS=1 also records it, as
 * `docs/screenshots/console.webp`.
 */

import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { publishAll } from '../support/broker/publish.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { button, changes, slider } from '../support/http/console-history.ts';
import { createRecorder } from '../support/http/recorder.ts';
import { startTestSystem } from '../support/process/system.ts';

/** Larger images load slowly where the README is shown. */
const maxBytes = 3 * 1024 * 1024;
const recording = fileURLToPath(new URL('../../docs/screenshots/console.webp', import.meta.url));

const system = await startTestSystem();
const laptops = await system.start('laptops');
const ports = await system.start('ports');
await ports.post('/ports', { json: { id: 1, name: 'USB-C' } });
const browser = await openBrowser();

const row = (page: Page, id: number) => page.locator(`tr[data-id="${id}"]`);
const publish = (id: number, event: object) =>
  publishAll(system.connection.nc, [{ subject: `laptops.events.${id}`, payload: JSON.stringify(event) }]);

const tour = suite('a tour of the console');
const test = inBrowser(tour);

test('leads from an empty system to a comparison of now with then', () =>
  browser.visit(
    laptops.url,
    async (page) => {
      const { frame, save } = createRecorder(page);
      const open = async (name: string) => {
        await page
          .getByRole('navigation')
          .getByRole('link', { name: new RegExp(`^${name}`) })
          .first()
          .click();
        await page.getByRole('heading', { name, exact: true }).first().waitFor();
      };

      await page.getByRole('button', { name: 'Add the sample laptops' }).waitFor();
      await frame(2_500);
      await publish(1000, { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' });
      await row(page, 1000).getByText('S3').waitFor();
      await frame(1_200);
      await laptops.put('/laptops/1000', { json: { title: 'Lenovo', model: 'S4' } });
      await row(page, 1000).getByText('S4').waitFor();
      await frame(1_000);
      for (let id = 1; id <= 24; id += 1) {
        await publish(id, { type: 'LaptopAdded', title: brands[id % brands.length], model: `Model ${id}` });
        await row(page, id).getByText(`Model ${id}`, { exact: true }).waitFor();
        await frame(150);
      }
      await publish(3, { type: 'LaptopAdded', title: 'again?', model: 'no' });
      for (const id of [2, 5, 8, 11]) {
        await laptops.put(`/laptops/${id}`, { json: { title: 'Framework', model: `Laptop ${id}` } });
        await row(page, id).getByText(`Laptop ${id}`, { exact: true }).waitFor();
        await frame(250);
      }
      await laptops.put('/laptops/1000/ports/1');
      await laptops.delete('/laptops/4');
      await row(page, 4).waitFor({ state: 'detached' });
      await frame(1_200);

      await row(page, 1000).getByRole('link').first().click();
      await page.getByText('History: 3 messages').waitFor();
      await frame(3_000);
      await page.goBack();
      await row(page, 1000).waitFor();

      await slider(page).focus();
      for (let step = 0; step < 14; step += 1) {
        const before = await slider(page).inputValue();
        await page.keyboard.press('ArrowLeft');
        await eventually(async () => assert.is.not(await slider(page).inputValue(), before));
        await page.getByText('Changes are disabled.').waitFor();
        await frame(180);
      }
      await page.getByRole('heading', { name: 'Laptops (historical)' }).waitFor();
      await frame(1_500);
      await button(page, 'Compare with now').click();
      await changes(page).waitFor();
      await frame(3_500);
      await button(page, 'Return to live view').click();
      await row(page, 1000).getByText('S4').waitFor();

      await open('Event log');
      await page.locator('.event').filter({ hasText: 'PortFitted' }).waitFor();
      await frame(3_000);
      await open('Health');
      await frame(3_000);
      await open('System');
      await page.getByText('1 replica', { exact: true }).nth(1).waitFor();
      await frame(3_000);
      await save(recording);
      assert.ok((await stat(recording)).size <= maxBytes);
    },
    { viewport: { width: 1200, height: 750 }, colorScheme: 'dark' },
  ));

const brands = ['Apple', 'Dell', 'HP', 'Lenovo', 'Tuxedo'];

tour.after(async () => {
  await browser.close();
  await system.close();
});
tour.run();
