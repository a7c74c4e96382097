/** The import of files in the web console: formats, encodings, columns, preview, result, and files that are imported again. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import {
  button,
  choose,
  dialog,
  importFile,
  preview,
  row,
  runImport,
  status,
} from '../support/http/import-page.ts';
import { startTestSystem } from '../support/process/system.ts';
import { startParcelSystem } from '../support/services/parcels/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops');
const limited = await system.start('laptops', { env: { BULK_MAX_ROWS: '7' } });
const parcelSystem = await startParcelSystem();
const parcels = await parcelSystem.start('parcels');
const browser = await openBrowser();

const catalogue = await readFile(new URL('../../samples/catalogue.csv', import.meta.url));
const countLaptops = () => system.countMessages('laptops.events.*');

/** Drops a file on the page. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)}));
    return transfer;
  })()`);
  const target = page.getByRole('main');
  await target.dispatchEvent('dragover', { dataTransfer });
  await page.getByText(/^Drop the file to import/).waitFor();
  await target.dispatchEvent('drop', { dataTransfer });
}

const files = suite('the import of a file');
const test = inBrowser(files);

test('shows columns, encoding and complaints, imports with the keyboard, and saves the rejected rows', async () => {
  await browser.visit(laptops.url, async (page) => {
    await page.getByRole('button', { name: 'Import a file', exact: true }).focus();
    await page.keyboard.press('Enter');
    await dialog(page)
      .locator('input[type=file]')
      .setInputFiles(fileURLToPath(new URL('../../samples/catalogue.csv', import.meta.url)));
    await status(page, /^The file is not UTF-8. It is read as windows-1252./);
    assert.is(await dialog(page).getByLabel('Id', { exact: false }).inputValue(), '0');
    await dialog(page).getByText('Choose a column for: Title, Model').waitFor();
    assert.is(await button(page, 'Import').isDisabled(), true);
    await dialog(page).getByLabel('Title').selectOption('Company');
    await dialog(page).getByLabel('Model').selectOption('Product');
    await dialog(page)
      .getByText(/^Ignored columns: TypeName, Inches, .*, Price_euros$/)
      .waitFor();
    await preview(page).getByText('Portégé Z30-C-16L').waitFor();
    await preview(page)
      .getByText('is missing: every row needs an id, so that a repeated import creates no duplicates')
      .waitFor();
    await status(page, '6 rows. 1 of them cannot be imported.');

    await dialog(page).getByLabel('Encoding').selectOption('utf-8');
    await preview(page).getByText('the text contains U+FFFD, the sign of a wrong encoding').waitFor();
    await dialog(page).getByLabel('Encoding').selectOption('windows-1252');
    await status(page, '6 rows. 1 of them cannot be imported.');
    assert.is(await countLaptops(), 0);

    await button(page, 'Import 5 rows').focus();
    await page.keyboard.press('Enter');
    await status(page, '5 laptops added');
    await status(page, '1 rejected');
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      button(page, 'Download rejected rows').click(),
    ]);
    assert.is(saved.suggestedFilename(), 'catalogue.csv.rejected.csv');
    const [header, rejected, ...rest] = (await readFile(await saved.path(), 'utf8')).split('\r\n');
    assert.match(header ?? '', /^\uFEFFrejected_line,rejected_reason,laptop_ID,Company,/);
    assert.match(rejected ?? '', /^7,"id is missing: every row needs an id, so that .*",,/);
    assert.equal(rest, ['']);
    await page.keyboard.press('Escape');
    await row(page, 2004).getByText('Portégé Z30-C-16L').waitFor();
  });
});
test('finds the rows that are there, and those that differ, when the file is imported again', async () => {
  await browser.visit(laptops.url, async (page) => {
    await laptops.put('/laptops/2003', { json: { title: 'HP', model: '250 G7' } });
    await row(page, 2003).getByText('250 G7').waitFor();
    const before = await countLaptops();
    await choose(page, 'catalogue.csv', catalogue);
    await dialog(page).getByLabel('Title').selectOption('Company');
    await dialog(page).getByLabel('Model').selectOption('Product');
    assert.equal(await runImport(page), ['0 laptops added', '4 already there', '2 rejected']);
    await dialog(page)
      .getByText('differs, the laptop is left unchanged: its model is "250 G7", not "250 G6"')
      .waitFor();
    assert.is(await countLaptops(), before);
  });
});
test('takes a file that is dropped on the page, with another delimiter and Excel’s first line', async () => {
  await browser.visit(laptops.url, async (page) => {
    await page.getByRole('button', { name: 'Add a laptop' }).waitFor();
    await drop(page, 'table.txt', 'sep=;\r\nID;Model;"Title"\r\n3001;"13; ""wide""";Framework\r\n');
    await preview(page).getByText('13; "wide"').waitFor();
    assert.equal(await runImport(page), ['1 laptop added', '0 already there', '0 rejected']);
    await button(page, 'Close').last().click();
    await row(page, 3001).getByText('Framework').waitFor();
  });
});
test('takes a file that is dropped on another page, but not into the past', async () => {
  await browser.visit(`${laptops.url}/#/log`, async (page) => {
    await page.getByRole('grid', { name: 'Messages' }).waitFor();
    await drop(page, 'table.csv', 'id,title,model\n3002,Framework,13\n');
    assert.equal(await runImport(page), ['1 laptop added', '0 already there', '0 rejected']);
    await button(page, 'Close').last().click();
  });
  await browser.visit(`${laptops.url}/#/?asOf=1`, async (page) => {
    await page.getByText('Changes are disabled.').waitFor();
    const isLeft = await page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['id'], 'table.csv'));
      const drop = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
      return document.querySelector('main').dispatchEvent(drop);
    })()`);
    assert.is(isLeft, false);
    await page.getByText('Nothing can be imported into the past.').waitFor();
  });
});
test('reads NDJSON, a JSON array, gzip and UTF-16', async () => {
  const laptop = (id: number) => JSON.stringify({ id, title: 'Málaga', model: 'S3', ports: [1] });
  await browser.visit(laptops.url, async (page) => {
    for (const [name, content] of [
      ['rows.ndjson', `${laptop(3101)}\n\n${laptop(3102)}\n`],
      ['rows.json', `[\n${laptop(3103)},\n${laptop(3104)}]`],
      ['unknown', `[${laptop(3105)},${laptop(3106)}]`],
      ['rows.csv.gz', gzipSync('id,title,model\n3107,Málaga,S3\n3108,Málaga,S3\n')],
      ['rows.csv', Buffer.from('\uFEFFid\ttitle\tmodel\n3109\tMálaga\tS3\n3110\tMálaga\tS3\n', 'utf16le')],
    ] as const) {
      assert.equal(
        await importFile(page, name, content),
        ['2 laptops added', '0 already there', '0 rejected'],
        name,
      );
    }
    await row(page, 3110).getByText('Málaga').waitFor();
  });
});
test('explains why a file cannot be read', async () => {
  await browser.visit(laptops.url, async (page) => {
    for (const [name, content, message] of [
      ['book.xlsx', 'PK\u0003\u0004', /does not read Excel workbooks .* npm run import$/],
      ['page.xls', '<html><table>', /The file is HTML or XML; open it in a spreadsheet/],
      ['empty.csv', '\n', /The file has no line with column names/],
      ['damaged.csv.gz', gzipSync('id,title').subarray(0, 15), /The file cannot be read. It may be damaged/],
    ] as const) {
      await choose(page, name, Buffer.from(content));
      await dialog(page).getByRole('alert').getByText(message).waitFor();
      await page.keyboard.press('Escape');
    }
  });
});
test('opens its dialog again at once after it was closed', async () => {
  await browser.visit(laptops.url, async (page) => {
    const importButton = page.getByRole('button', { name: 'Import a file', exact: true });
    await importButton.click();
    await dialog(page).waitFor();
    // Before the page is rendered again.
    await importButton.evaluate(
      `(button) => new Promise((resolve) => {
        const dialog = document.querySelector('dialog[open]');
        dialog.addEventListener('close', () => resolve(button.click()), { once: true });
        dialog.close();
      })`,
    );
    await dialog(page).locator('input[type=file]').waitFor();
  });
});
test('shows complaints of the schema, and reports those that only the service has', async () => {
  const rows = [`0,Lenovo,S3`, `3201,Lenovo,${'x'.repeat(201)}`, `3202,Le\u202enovo,S3`, '3203,Lenovo'];
  await browser.visit(laptops.url, async (page) => {
    await choose(page, 'bad.csv', ['id,title,model', ...rows, '3204,Lenovo,S3'].join('\n'));
    await preview(page).getByText('must be a whole number from 1 to 9007199254740991').waitFor();
    await preview(page).getByText('is longer than 200 characters').waitFor();
    await preview(page)
      .getByText('2 fields, but the header has 3 (quote text that contains the delimiter)')
      .waitFor();
    assert.equal(await runImport(page), ['1 laptop added', '0 already there', '4 rejected']);
    await dialog(page)
      .getByText(/^title: must not contain the bidirectional control U\+202E/)
      .waitFor();
  });
});
test('without ids, adds no row twice, also in requests that the service divides', async () => {
  const rows = Array.from({ length: 40 }, () => 'Framework,Laptop 13');
  const content = ['title,model', ...rows, ''].join('\n');
  await browser.visit(limited.url, async (page) => {
    await choose(page, 'no-ids.csv', content);
    await dialog(page)
      .getByText(/^No column is the id, so every row gets a new one/)
      .waitFor();
    const before = await countLaptops();
    assert.equal(await runImport(page), ['40 laptops added', '0 already there', '0 rejected']);
    await button(page, 'Import another file').click();
    await page.keyboard.press('Escape');
    assert.equal(await importFile(page, 'no-ids.csv', content), [
      '0 laptops added',
      '40 already there',
      '0 rejected',
    ]);
    assert.is(await countLaptops(), before + 40);
  });
});
test('works in a service with text ids', async () => {
  await browser.visit(parcels.url, async (page) => {
    const content =
      'Parcel-ID,WEIGHT,town\nAAA-0001,5,Bonn\nabc,5,Bonn\nAAA-0002,5 kg,Ulm\nAAA-0003,1001,Ulm\n';
    await choose(page, 'parcels.csv', content);
    await preview(page)
      .getByText(/must be a text that matches/)
      .waitFor();
    await preview(page).getByText('must be a whole number from 1 to 1000').first().waitFor();
    assert.equal(await runImport(page), ['1 parcel added', '0 already there', '3 rejected']);
    await button(page, 'Close').last().click();
    await row(page, 'AAA-0001').getByText('Bonn').waitFor();
    assert.equal(await importFile(page, 'parcels.csv', content), [
      '0 parcels added',
      '1 already there',
      '3 rejected',
    ]);
  });
});
files.after(async () => {
  await browser.close();
  await system.close();
  await parcelSystem.close();
});
files.run();
