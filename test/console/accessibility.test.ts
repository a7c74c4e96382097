/**
 * Checks the accessibility of every view of the web console with axe-core, in light and dark mode, on desktop and phone.
 * PORTSIDE_SCREENSHOTS=1 also updates the images in `docs/screenshots/`.
 */

import { readFileSync } from 'node:fs';
import { jetstream } from '@nats-io/jetstream';
import { headers } from 'nats';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { assertFitsWindow, findViolations, saveScreenshot } from '../support/http/page-checks.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops');
const ports = await system.start('ports');
for (const [index, name] of ['USB-C', 'USB-C 100 W', 'MagSafe 3', 'Surface Connect'].entries()) {
  await ports.post('/ports', { json: { id: index + 1, name } });
}
const catalogue = [
  ['Apple', 'MacBook Air (M3)', 3],
  ['Apple', 'MacBook Pro 14', 3],
  ['Dell', 'XPS 13', 1],
  ['Framework', 'Laptop 13', 2],
  ['Framework', 'Laptop 16', 2],
  ['HP', 'EliteBook 840', 1],
  ['Lenovo', 'S3', 1],
  ['Lenovo', 'ThinkPad X1 Carbon', 2],
  ['Microsoft', 'Surface Laptop 6', 4],
  ['Tuxedo', 'InfinityBook Pro 14', 2],
] as const;
for (const [index, [title, model, portId]] of catalogue.entries()) {
  await laptops.post('/laptops', { json: { id: index + 1, title, model } });
  await laptops.put(`/laptops/${index + 1}/ports/${portId}`);
}
await laptops.put('/laptops/7', { json: { title: 'Lenovo', model: 'S4' } });
await laptops.put('/laptops/7/ports/2');
await publishAll(system.connection.nc, [
  { subject: 'laptops.events.7', payload: '{"type":"LaptopAdded","title":"again?","model":"no"}' },
  { subject: 'laptops.events.8', payload: 'title=Lenovo' },
]);
const catalogueFile = readFileSync(new URL('../../samples/catalogue.csv', import.meta.url));
const fields = headers();
fields.set('Portside-Version', '0.2.0');
const acer = laptopAdded(11, 'Acer', 'Swift Edge 16');
await jetstream(system.connection.nc).publish(acer.subject, acer.payload, { headers: fields });
await laptops.delete('/laptops/3');
const browser = await openBrowser();

/** Part of every changed model name, so that no change is a no-op. */
let edition = 1000;

type View = {
  readonly name: string;
  readonly hash: string;
  /** Prepares the view and waits until it is displayed. */
  open(page: Page): Promise<void>;
};

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const awaitBar = (page: Page) => page.locator('.marks .version').first().waitFor();
async function awaitTable(page: Page): Promise<void> {
  await page.locator('tr[data-id="10"]').waitFor();
  await awaitBar(page);
}

const views: readonly View[] = [
  { name: 'table', hash: '#/', open: awaitTable },
  {
    name: 'point-in-time',
    hash: '#/',
    async open(page) {
      await awaitTable(page);
      await page.getByLabel('Position').fill('9');
      await page.getByLabel('Position').press('Enter');
      await page.getByText('Changes are disabled.').waitFor();
    },
  },
  {
    name: 'comparison',
    hash: '#/?asOf=18&compare',
    async open(page) {
      await page.locator('tr[data-id="3"]').getByText('Removed').waitFor();
      await awaitBar(page);
      await page.locator('.marks .rejected').focus();
      await page.locator('.bubble').waitFor();
    },
  },
  {
    name: 'entity-comparison',
    hash: '#/entity/7?asOf=14&compare',
    async open(page) {
      await page.getByText('2 fields changed since then').waitFor();
      await page.locator('.difference').nth(4).waitFor();
      await awaitBar(page);
    },
  },
  {
    name: 'add',
    hash: '#/',
    async open(page) {
      await awaitTable(page);
      await button(page, 'Add a laptop').click();
      await page.locator('[name="model"]').fill('S3');
      await button(page, 'Add').click();
      await page.locator('[aria-invalid="true"]').waitFor();
    },
  },
  {
    name: 'conflict',
    hash: '#/',
    async open(page) {
      await awaitTable(page);
      await button(page, 'Revise laptop 6').click();
      await page.locator('[name="model"]').fill('EliteBook 845');
      await laptops.put('/laptops/6', { json: { title: 'HP', model: `EliteBook ${(edition += 1)}` } });
      await button(page, 'Revise').click();
      await button(page, 'Overwrite with mine').waitFor();
    },
  },
  {
    name: 'entity',
    hash: '#/entity/7',
    async open(page) {
      await page.locator('.timeline').getByText('LaptopAdded').last().waitFor();
      await page.locator('.difference').nth(4).waitFor();
      await awaitBar(page);
    },
  },
  {
    name: 'log',
    hash: '#/log',
    async open(page) {
      await page.locator('.log .event.rejected').nth(1).waitFor();
    },
  },
  {
    name: 'log-rejections',
    hash: '#/log',
    async open(page) {
      await button(page, '2 rejected messages').click();
      await page.getByRole('button', { name: 'the laptop already exists' }).waitFor();
    },
  },
  {
    name: 'log-message',
    hash: '#/log?at=23&open',
    async open(page) {
      await page.getByText('Would have been accepted:').waitFor();
    },
  },
  {
    name: 'log-filters',
    hash: '#/log?type=PortFitted&text=2',
    async open(page) {
      await page.getByText(/matches in \d+ of \d+ positions/).waitFor();
      await button(page, 'Export').click();
      await page.getByLabel('To position').waitFor();
    },
  },
  {
    name: 'palette',
    hash: '#/',
    async open(page) {
      await awaitTable(page);
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Go to or run' }).fill('lenovo');
      await page.getByRole('option', { name: /^Laptop 8/ }).waitFor();
    },
  },
  {
    name: 'import',
    hash: '#/',
    async open(page) {
      await importFile(page, 'catalogue.csv', catalogueFile);
      await page.getByRole('dialog').getByLabel('Title').selectOption('Company');
      await page.getByRole('dialog').getByLabel('Model').selectOption('Product');
      await button(page, 'Import 5 rows').waitFor();
    },
  },
  {
    name: 'import-result',
    hash: '#/',
    async open(page) {
      await importFile(
        page,
        'laptops.csv',
        'id,title,model\n1,Apple,MacBook Air (M3)\n2,Dell,XPS 13\n3,,XPS 13\n',
      );
      await button(page, 'Import 2 rows').click();
      await page.getByRole('dialog').getByText('2 rejected').waitFor();
    },
  },
  {
    name: 'import-choice',
    hash: '#/',
    async open(page) {
      await importFile(page, 'book.xlsx', 'PK\u0003\u0004');
      await page.getByText(/does not read Excel workbooks/).waitFor();
    },
  },
  {
    name: 'system',
    hash: '#/system',
    async open(page) {
      await page.getByText('serves this page').waitFor();
    },
  },
  {
    name: 'health',
    hash: '#/health',
    async open(page) {
      await page.locator('.chart canvas').nth(4).waitFor();
      const rate = page.locator('figcaption').filter({ hasText: 'Events per second' });
      // Waits until the charts have been updated a few times.
      for (let updates = 0; updates < 5;) {
        const before = await rate.textContent();
        await laptops.put('/laptops/5', {
          json: { title: 'Framework', model: `Laptop 16.${(edition += 1)}` },
        });
        if ((await rate.textContent()) !== before) updates += 1;
      }
    },
  },
  {
    name: 'doctor',
    hash: '#/health',
    async open(page) {
      await page.getByText('What to do:').first().waitFor();
      await page.locator('.doctor').scrollIntoViewIfNeeded();
    },
  },
];

/** Opens the import, and chooses a file. */
async function importFile(page: Page, name: string, content: string | Buffer): Promise<void> {
  await awaitTable(page);
  await button(page, 'Import a file').click();
  const file = { name, mimeType: '', buffer: Buffer.from(content) };
  await page.locator('input[type=file]').setInputFiles(file);
}

const schemes = ['light', 'dark'] as const;
const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

const accessibility = suite('accessibility');
const test = inBrowser(accessibility);

for (const { name, hash, open } of views) {
  test(`axe-core reports no violations: ${name}`, () =>
    browser.visit(
      `${laptops.url}/${hash}`,
      async (page) => {
        // Opened on a phone, where there is the least room for what it takes to open the view.
        await open(page);
        for (const size of ['phone', 'desktop'] as const) {
          await page.setViewportSize(sizes[size]);
          for (const colorScheme of schemes) {
            await page.emulateMedia({ colorScheme });
            assert.equal(await findViolations(page), [], `${size}, ${colorScheme}`);
            await assertFitsWindow(page);
            if (name !== 'import-choice') await saveScreenshot(page, [name, size, colorScheme]);
          }
        }
      },
      { colorScheme: 'light', viewport: sizes.phone },
    ));
}
test('axe-core reports a button without a name', () =>
  browser.visit(laptops.url, async (page) => {
    await awaitTable(page);
    await page.evaluate('document.querySelector("main").append(document.createElement("button"))');
    assert.match((await findViolations(page)).join(), 'button-name');
  }));
accessibility.after(async () => {
  await browser.close();
  await system.close();
});
accessibility.run();
