/** The web console: live updates across browsers, form errors, edit conflicts, keyboard use, and different services. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { eventually } from '../support/eventually.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startServiceProcess } from '../support/process/service-process.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const { nc } = system.connection;
const chargersFolder = new URL('../../examples/chargers/', import.meta.url);
await provisionStreams(nc, fileURLToPath(new URL('streams', chargersFolder)));
const laptops = await system.start('laptops');
const ports = await system.start('ports');
const chargers = await startServiceProcess('chargers', {
  natsUrl: system.broker.url,
  entry: new URL('main.ts', chargersFolder),
});
for (const name of ['USB-C', 'MagSafe 3']) await ports.post('/ports', { json: { name } });
await ports.post('/ports', { json: { id: 1, name: 'USB-C 100 W' } });
await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } });
const browser = await openBrowser();

const row = (page: Page, id: number) => page.locator(`tr[data-id="${id}"]`);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');
/** Form field by its schema name. */
const field = (page: Page, name: string) => dialog(page).locator(`[name="${name}"]`);

/** Fills in fields of the open dialog and clicks the `action` button. */
async function fill(page: Page, fields: Readonly<Record<string, string>>, action: string): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await field(page, name).fill(value);
  await dialog(page).getByRole('button', { name: action, exact: true }).click();
}

const liveUpdates = suite('without a reload, another browser shows');
const testUpdate = inBrowser(liveUpdates);

testUpdate('added, changed and removed laptops', async () => {
  await browser.visit(laptops.url, (mine) =>
    browser.visit(laptops.url, async (theirs) => {
      await row(theirs, 1).waitFor();
      await theirs.evaluate('globalThis.wasLoadedOnce = true');

      await button(mine, 'Add a laptop').click();
      await fill(mine, { id: '7', title: 'Framework', model: 'Laptop 13' }, 'Add');
      await row(theirs, 7).getByText('Laptop 13').waitFor();
      await mine.getByText(/Add laptop: done \(position \d+\)/).waitFor();

      await button(mine, 'Revise laptop 7').click();
      await fill(mine, { model: 'Laptop 16' }, 'Revise');
      await row(theirs, 7).getByText('Laptop 16').waitFor();
      assert.match((await row(theirs, 7).getAttribute('class')) ?? '', 'changed');

      await button(mine, 'Remove laptop 7').click();
      await dialog(mine).getByRole('button', { name: 'Remove', exact: true }).click();
      await row(theirs, 7).waitFor({ state: 'detached' });
      assert.is(await theirs.evaluate('globalThis.wasLoadedOnce'), true);
    }),
  );
});
testUpdate('events published directly to the stream', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    await publishAll(nc, [laptopAdded(8, 'Apple', 'MacBook Air')]);
    await row(page, 8).getByText('MacBook Air').waitFor();
  });
});
testUpdate('many simultaneous changes', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    await publishAll(
      nc,
      Array.from({ length: 300 }, (_, index) => laptopAdded(1000 + index, 'Many', `M${index}`)),
    );
    await page.getByText(/^30\d laptops$/).waitFor();
  });
});
testUpdate('the new name of a port fitted to a laptop', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    await page.goto(`${laptops.url}/#/entity/1`);
    await button(page, 'Fit').click();
    await fill(page, { portId: '1' }, 'Fit');
    await page.getByText(/Fit laptop: done/).waitFor();
    await page.getByRole('definition').getByText('USB-C 100 W').waitFor();
    await page.goto(`${laptops.url}/#/`);
    await row(page, 1).getByText('USB-C 100 W').waitFor();
    await ports.put('/ports/1', { json: { name: 'USB-C 240 W' } });
    await row(page, 1).getByText('USB-C 240 W').waitFor();
    await page.goto(`${laptops.url}/#/entity/1`);
    await button(page, 'Unfit').click();
    await fill(page, { portId: 'one' }, 'Unfit');
    await dialog(page).locator('[aria-invalid="true"][name="portId"]').waitFor();
    await button(page, 'Cancel').click();
    await button(page, 'Unfit port 1').click();
    await page.getByText(/Unfit laptop: done/).waitFor();
    await page.getByRole('definition').getByText('USB-C 240 W').waitFor({ state: 'detached' });
  });
});
liveUpdates.run();

const forms = suite('a form');
const testForm = inBrowser(forms);

testForm('displays the validation errors of the service next to the fields', async () => {
  await browser.visit(laptops.url, async (page) => {
    await button(page, 'Add a laptop').click();
    await fill(page, { id: 'seven', title: '', model: 'S3' }, 'Add');
    for (const label of ['Id (optional)', 'Title']) {
      const invalid = dialog(page).getByLabel(label).and(page.locator('[aria-invalid="true"]'));
      await invalid.waitFor();
      const described = (await invalid.getAttribute('aria-describedby')) ?? '';
      const error = await page.locator(`#${described.split(' ').at(-1)}`).textContent();
      assert.ok((error ?? '').length > 3, label);
    }
    await dialog(page).getByText('A value is required.').waitFor();
    await dialog(page).getByRole('alert').filter({ hasText: 'Correct the marked fields.' }).waitFor();
    assert.is(await field(page, 'model').getAttribute('aria-invalid'), 'false');
    assert.is(await page.evaluate('document.activeElement.name'), 'id');
  });
});
testForm('retains its contents when the id is in use, so that another id can be entered', async () => {
  await browser.visit(laptops.url, async (page) => {
    await button(page, 'Add a laptop').click();
    await fill(page, { id: '1', title: 'Dell', model: 'XPS' }, 'Add');
    await dialog(page).getByRole('alert').filter({ hasText: 'already a laptop' }).waitFor();
    assert.is(await field(page, 'model').inputValue(), 'XPS');
    await fill(page, { id: '9' }, 'Add');
    await row(page, 9).getByText('XPS').waitFor();
  });
});
testForm('shows both versions after an edit conflict, and can overwrite the other one', async () => {
  await browser.visit(laptops.url, async (page) => {
    await button(page, 'Revise laptop 1').click();
    await field(page, 'model').fill('mine');
    await laptops.put('/laptops/1', { json: { title: 'Lenovo', model: 'theirs' } });
    await button(page, 'Revise').click();
    await dialog(page).getByRole('cell', { name: 'theirs' }).waitFor();
    await dialog(page).getByRole('cell', { name: 'mine' }).waitFor();
    assert.match((await laptops.get('/laptops/1')).text, 'theirs');
    await button(page, 'Overwrite with mine').click();
    await dialog(page).waitFor({ state: 'hidden' });
    assert.match((await laptops.get('/laptops/1')).text, 'mine');
  });
});
testForm('can switch to the other version after an edit conflict', async () => {
  await browser.visit(laptops.url, async (page) => {
    await button(page, 'Revise laptop 1').click();
    await field(page, 'model').fill('lost');
    await laptops.put('/laptops/1', { json: { title: 'Lenovo', model: 'kept' } });
    await button(page, 'Revise').click();
    await button(page, 'Edit theirs instead').click();
    assert.is(await field(page, 'model').inputValue(), 'kept');
    await fill(page, { title: 'Lenovo 2' }, 'Revise');
    await row(page, 1).getByText('Lenovo 2').waitFor();
    assert.match((await laptops.get('/laptops/1')).text, 'kept');
  });
});
testForm('asks again with the current version if an entity has changed before its removal', async () => {
  await laptops.post('/laptops', { json: { id: 10, title: 'Old', model: 'One' } });
  await browser.visit(laptops.url, async (page) => {
    await button(page, 'Remove laptop 10').click();
    await dialog(page).getByText('One').waitFor();
    await laptops.put('/laptops/10', { json: { title: 'Old', model: 'Two' } });
    await dialog(page).getByRole('button', { name: 'Remove' }).click();
    await dialog(page).getByText('Two').waitFor();
    assert.is((await laptops.get('/laptops/10')).status, 200);
    await dialog(page).getByRole('button', { name: 'Remove' }).click();
    await row(page, 10).waitFor({ state: 'detached' });
  });
});
forms.run();

const usage = suite('a user');
const testUsage = inBrowser(usage);

testUsage('sees the icon of the console', () =>
  browser.visit(laptops.url, async (page) => {
    const loaded = 'document.querySelector(".brand img").naturalWidth > 0';
    await eventually(async () => assert.ok(await page.evaluate(loaded)), 30_000);
  }),
);
testUsage('can search and sort', async () => {
  await browser.visit(laptops.url, async (page) => {
    await page.getByLabel('Find').fill('many m29');
    await page.getByText(/^11 of 30\d laptops$/).waitFor();
    // The second click of a double click arrives before the first is rendered.
    await page.getByRole('button', { name: /^Model/ }).dblclick();
    await page.locator('th[aria-sort="descending"]', { hasText: 'Model' }).waitFor();
    assert.is(await page.locator('tbody tr[data-id]').first().getAttribute('data-id'), '1299');
  });
});
testUsage('is told that nothing matches, and can clear the search and the filters', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    await page.getByPlaceholder('Find laptops').fill('nothing like this');
    await page.getByLabel('Title').fill('Lenovo');
    await page.getByText('No laptops match.').waitFor();
    await button(page, 'Clear the search and the filters').click();
    await row(page, 1).waitFor();
    assert.is(await page.getByPlaceholder('Find laptops').inputValue(), '');
    assert.is(await page.getByLabel('Title').inputValue(), '');
  });
});
testUsage('can add a laptop with the keyboard alone', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    const focused = () => page.evaluate('document.activeElement.textContent.trim()');
    for (let presses = 0; (await focused()) !== 'Add a laptop'; presses += 1) {
      assert.ok(presses < 30, 'the button is reachable by Tab');
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.locator('#field-id:focus').waitFor();
    await page.keyboard.type('11');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Keyboard');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Only');
    await page.keyboard.press('Enter');
    await row(page, 11).getByText('Keyboard').waitFor();
    await dialog(page).waitFor({ state: 'hidden' });
    assert.is(await focused(), 'Add a laptop');
    await page.keyboard.press('Enter');
    await page.locator('#field-id:focus').waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'hidden' });
  });
});
testUsage('can copy a working curl command', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  await browser.visit(
    `${laptops.url}/#/entity/1`,
    async (page) => {
      await page.getByRole('heading', { name: 'Laptop 1' }).waitFor();
      await button(page, 'Copy as curl').first().click();
      await page.getByText('Copied').waitFor();
      const copied = () => page.evaluate<string>('navigator.clipboard.readText()');
      assert.is(await copied(), `curl -i ${laptops.url}/laptops/1`);

      await button(page, 'Revise').click();
      await field(page, 'model').fill(`it's "quoted"; $HOME \\`);
      await dialog(page).getByRole('button', { name: 'Copy as curl' }).click();
      await dialog(page).getByText('Copied').waitFor();
      const { stdout } = await promisify(execFile)('sh', ['-c', await copied()]);
      assert.match(stdout, '200 OK');
      assert.match((await laptops.get('/laptops/1')).text, JSON.stringify(`it's "quoted"; $HOME \\`));
    },
    { permissions },
  );
});
usage.run();

const services = suite('the console works for');
const testService = inBrowser(services);

testService('the ports service', async () => {
  await browser.visit(ports.url, async (page) => {
    await page.getByRole('columnheader', { name: 'Name' }).waitFor();
    await button(page, 'Add a port').click();
    await fill(page, { id: '2', name: 'MagSafe' }, 'Add');
    await row(page, 2).getByText('MagSafe').waitFor();
  });
});
testService('the chargers example, from its OpenAPI document alone', async () => {
  await browser.visit(chargers.url, async (page) => {
    await page.getByText('There are no chargers yet.').waitFor();
    await button(page, 'Add a charger').click();
    await fill(page, { id: '1', watts: '65', portId: '1' }, 'Add');
    await row(page, 1).getByText('USB-C 240 W').waitFor();
    await button(page, 'Change charger 1').click();
    assert.is(await field(page, 'portId').inputValue(), '1');
    await fill(page, { watts: 'many' }, 'Change');
    await dialog(page).locator('[aria-invalid="true"][name="watts"]').waitFor();
    await fill(page, { watts: '100' }, 'Change');
    await row(page, 1).getByText('100').waitFor();
  });
});
services.after(async () => {
  await browser.close();
  await chargers.stop();
  await system.close();
});
services.run();
