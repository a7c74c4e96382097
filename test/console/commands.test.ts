/** The web console has a form for every command of a service, made from its schemas. */

import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { startServiceProcess } from '../support/process/service-process.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const folder = new URL('../../examples/docks/', import.meta.url);
await provisionStreams(system.connection.nc, fileURLToPath(new URL('streams', folder)));
const laptops = await system.start('laptops');
await laptops.post('/laptops', { json: { id: 7, title: 'Lenovo', model: 'S3' } });
const docks = await startServiceProcess('docks', {
  natsUrl: system.broker.url,
  entry: new URL('src/main.ts', folder),
});
const browser = await openBrowser();

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');
const field = (page: Page, name: string) => dialog(page).locator(`[name="${name}"]`);
const submit = (page: Page, name: string) => dialog(page).getByRole('button', { name, exact: true }).click();

const commands = suite('the console');
const testCommand = inBrowser(commands);

testCommand(
  'has a form for each command: with parameters, with alternatives, and without a body',
  async () => {
    await browser.visit(docks.url, async (page) => {
      await button(page, 'Register a dock').click();
      await field(page, 'id').fill('1');
      await field(page, 'vendor').fill('Dell');
      await field(page, 'label').fill('North');
      await submit(page, 'Register');
      await page.getByText('Register dock: done').waitFor();
      await page.goto(`${docks.url}/#/entity/1`);

      await button(page, 'Dock').click();
      await field(page, 'slot').fill('3');
      await field(page, 'laptopId').fill('8');
      await submit(page, 'Dock');
      await dialog(page).getByRole('alert').filter({ hasText: 'There is no laptop 8.' }).waitFor();
      await field(page, 'laptopId').fill('7');
      await submit(page, 'Dock');
      await page.getByRole('definition').getByText('3 Lenovo').waitFor();

      await button(page, 'Relocate').click();
      await field(page, 'location').fill('A 12');
      await submit(page, 'Relocate');
      await page.getByRole('definition').getByText('A 12').waitFor();
      await button(page, 'Relocate').click();
      await dialog(page).getByLabel('Alternative').selectOption('To the storeroom');
      await field(page, 'location').waitFor({ state: 'detached' });
      await submit(page, 'Relocate');
      await page.getByRole('definition').getByText('A 12').waitFor({ state: 'detached' });

      await button(page, 'Undock').click();
      await field(page, 'slot').fill('3');
      await submit(page, 'Undock');
      await button(page, 'Decommission').click();
      await submit(page, 'Decommission');
      await page.getByText('The dock does not exist.').waitFor();
    });
  },
);
commands.after(async () => {
  await browser.close();
  await docks.stop();
  await system.close();
});
commands.run();
