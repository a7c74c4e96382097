/** The command palette: with the keyboard, to pages, entities, positions and commands. */

import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { positionOf } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops');
const added = positionOf(await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } }));
await laptops.post('/laptops', { json: { id: 2, title: 'Dell', model: 'XPS' } });
await laptops.post('/laptops', { json: { id: 3, title: 'HP', model: 'Omen' } });
const browser = await openBrowser();

const palette = (page: Page) => page.getByRole('dialog', { name: 'Go to or run' });
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });

/** Opens the palette, types a text, waits for the first result, and selects it. */
async function goTo(page: Page, text: string, result: RegExp): Promise<void> {
  await page.keyboard.press('Control+k');
  await palette(page).getByRole('combobox').fill(text);
  await page.locator('#entry-0').filter({ hasText: result }).waitFor();
  await page.keyboard.press('Enter');
  await palette(page).waitFor({ state: 'hidden' });
}

const commandPalette = suite('the command palette');
const test = inBrowser(commandPalette);

test('goes to pages, and to entities by a text or an id', () =>
  browser.visit(laptops.url, async (page) => {
    await page.locator('tr[data-id="1"]').waitFor();
    await goTo(page, 'health', /^Health/);
    await heading(page, 'Health').waitFor();
    await goTo(page, 'xps', /^Laptop 2/);
    await heading(page, 'Laptop 2').waitFor();
    await goTo(page, '99', /^Laptop 99/);
    await page.getByText('No laptop 99 has ever existed.').waitFor();
  }));
test('offers the entity with an id before others that contain the number', () =>
  browser.visit(laptops.url, async (page) => {
    await page.locator('tr[data-id="3"]').waitFor();
    // The model of laptop 1 is S3.
    await goTo(page, '3', /^Laptop 3/);
    await heading(page, 'Laptop 3').waitFor();
  }));
test('goes to a position', () =>
  browser.visit(laptops.url, async (page) => {
    await page.locator('tr[data-id="2"]').waitFor();
    await page.keyboard.press('Control+k');
    await palette(page).getByRole('combobox').fill(String(added));
    await palette(page)
      .getByRole('option', { name: `Laptops as of position ${added}` })
      .click();
    await page.getByText('Changes are disabled.').waitFor();
    await page.locator('tr[data-id="2"]').waitFor({ state: 'detached' });
  }));
test('opens the forms of commands, with those of an open entity', () =>
  browser.visit(`${laptops.url}/#/entity/1`, async (page) => {
    await page.getByRole('definition').getByText('S3').waitFor();
    await goTo(page, 'revise', /^Revise laptop 1/);
    await heading(page, 'Revise laptop 1').waitFor();
    await page.keyboard.press('Control+k');
    assert.is(await palette(page).isVisible(), false);
    await page.keyboard.press('Escape');
    await goTo(page, 'add', /^Add a laptop/);
    await heading(page, 'Add a laptop').waitFor();
  }));
test('copies a list, an entity and a command as curl, for the nats CLI and for the typed client', () =>
  browser.visit(
    `${laptops.url}/#/entity/1`,
    async (page) => {
      await page.getByRole('definition').getByText('S3').waitFor();
      const copied = async (text: string) => {
        await goTo(page, text, /^Copy/);
        return page.evaluate<string>('navigator.clipboard.readText()');
      };
      assert.is(await copied('copy laptops curl'), `curl -i ${laptops.url}/laptops`);
      assert.match(await copied('copy laptop 1 as nats'), `req laptops.queries.get '{"id":1}'`);
      assert.is(
        await copied('copy laptop 1 as typescript'),
        `const laptops = createClient('${laptops.url}', laptopService);\nawait laptops.get(1);`,
      );
      assert.match(await copied('copy fit typescript'), 'await laptops.fit(1, {"portId":1});');
      assert.match(
        await copied('copy add curl'),
        `curl -i -X POST ${laptops.url}/laptops -H 'Content-Type: application/json' -d '{"title":"Lenovo","model":"S3"}'`,
      );
    },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  ));
test('is used with the arrow keys, and closed with Escape', () =>
  browser.visit(laptops.url, async (page) => {
    await page.locator('tr[data-id="1"]').waitFor();
    await page.getByRole('button', { name: 'Go to' }).click();
    const selected = () => palette(page).getByRole('option', { selected: true }).textContent();
    const first = await selected();
    await page.keyboard.press('ArrowDown');
    await page.locator('#entry-1[aria-selected="true"]').waitFor();
    await page.keyboard.press('ArrowUp');
    await page.locator('#entry-0[aria-selected="true"]').waitFor();
    assert.is(await selected(), first);
    await palette(page).getByRole('combobox').fill('nothing like this');
    await palette(page).getByText('Nothing matches.').waitFor();
    await page.keyboard.press('Escape');
    await palette(page).waitFor({ state: 'hidden' });
  }));
commandPalette.after(async () => {
  await browser.close();
  await system.close();
});
commandPalette.run();
