/** The web console has a form for every command and query of a service, made from its schemas. */

import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
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

const post = (body: object) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});
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

      await page.getByRole('term').getByText('Relocated at').waitFor();
      await button(page, 'Undock slot 3').click();
      await page.getByText('Undock dock: done').waitFor();
      await button(page, 'Undock slot 3').waitFor({ state: 'detached' });
      await button(page, 'Undock').click();
      await field(page, 'slot').fill('3');
      await submit(page, 'Undock');
      await button(page, 'Decommission').click();
      await submit(page, 'Decommission');
      await page.getByText('The dock does not exist.').waitFor();
    });
  },
);
testCommand('has a form for each query, and shows its result', async () => {
  for (const id of [11, 12]) {
    const json = { id, vendor: 'Dell', label: `Desk ${id}` };
    await fetch(`${docks.url}/docks`, post(json));
    await fetch(`${docks.url}/docks/${id}/relocate`, post({ location: 'B 7' }));
  }
  await browser.visit(docks.url, async (page) => {
    await page.getByRole('link', { name: 'Queries' }).click();
    await page.getByText('The docks at a location with the most free slots.').waitFor();
    const parameter = (name: string) => page.locator(`main [name="${name}"]`);
    await button(page, 'Run').click();
    await page.getByRole('alert').filter({ hasText: 'Correct the marked fields.' }).waitFor();
    await parameter('location').fill('B 7');
    await parameter('atLeast').fill('12');
    await button(page, 'Run').click();
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByRole('row', { name: '11 12' }).waitFor();
    assert.is(await result.getByRole('row').count(), 3);
    await parameter('location').fill('C 1');
    await button(page, 'Run').click();
    await result.getByText('The result is empty.').waitFor();
  });
});
testCommand('filters the table by the indexes of the service, live and at a point in time', async () => {
  for (const id of [21, 22]) {
    await fetch(`${docks.url}/docks`, post({ id, vendor: 'Filtered', label: `Filter ${id}` }));
  }
  await fetch(`${docks.url}/docks/21/slots/4`, { ...post({ laptopId: 7 }), method: 'PUT' });
  await browser.visit(docks.url, async (page) => {
    const filter = (label: string) => page.getByRole('form', { name: 'Filters' }).getByLabel(label);
    const row = (id: number) => page.locator(`tr[data-id="${id}"]`);
    await row(22).waitFor();
    await filter('Laptop').fill('7');
    await row(22).waitFor({ state: 'detached' });
    await row(21).waitFor();
    assert.is(await page.locator('tr[data-id]').count(), 1);
    await fetch(`${docks.url}/docks/21/slots/4`, { method: 'DELETE' });
    await row(21).waitFor({ state: 'detached' });
    await filter('Laptop').fill('seven');
    await page.getByRole('alert').getByText('Laptop: must be a whole number, such as 7').waitFor();
    await filter('Laptop').fill('');
    await filter('Vendor').fill('Filtered');
    await page.getByText(/^2 of \d+ docks$/).waitFor();
    await fetch(`${docks.url}/docks`, post({ id: 23, vendor: 'Filtered', label: 'Later' }));
    await row(23).waitFor();
    await page.getByLabel('Position').fill('1');
    await page.getByLabel('Position').press('Enter');
    await row(23).waitFor({ state: 'detached' });
    assert.is(await page.locator('tr[data-id]').count(), 0);
    await button(page, 'Return to live view').click();
    await row(23).waitFor();
    await filter('Vendor').fill('');
    await row(11).waitFor();
  });
});
testCommand('has no queries for a service without them', async () => {
  await browser.visit(laptops.url, async (page) => {
    await page.getByRole('link', { name: 'Event log' }).waitFor();
    assert.is(await page.getByRole('link', { name: 'Queries' }).count(), 0);
  });
});
commands.after(async () => {
  await browser.close();
  await docks.stop();
  await system.close();
});
commands.run();
