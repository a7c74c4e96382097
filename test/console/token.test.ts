/** The web console of a service whose writes require a bearer token. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { audience, createIssuer, issuerName } from '../support/http/issuer.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const issuer = await createIssuer('key', 'ES256');
const folder = await mkdtemp(join(tmpdir(), 'portside-page-token-'));
const keys = join(folder, 'keys.json');
await writeFile(keys, JSON.stringify({ keys: [issuer.publicKey] }));
const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const laptops = await startServiceProcess('laptops', {
  natsUrl: broker.url,
  env: { AUTH_JWKS_FILE: keys, AUTH_ISSUER: issuerName, AUTH_AUDIENCE: audience },
});
const browser = await openBrowser();

const tokens = suite('the bearer token');
const test = inBrowser(tokens);

test('is requested after a rejected write, sent with the next one, and lost on reload', () =>
  browser.visit(laptops.url, async (page) => {
    const dialog = page.getByRole('dialog');
    const token = page.getByLabel('Bearer token for writes');
    await page.getByText('There are no laptops yet.').waitFor();
    await page.getByRole('button', { name: 'Add a laptop' }).click();
    for (const [name, value] of Object.entries({ id: '1', title: 'Lenovo', model: 'S3' })) {
      await dialog.locator(`[name="${name}"]`).fill(value);
    }
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByRole('alert').filter({ hasText: 'Authorization: Bearer' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    // The modal dialog holds the focus until it is closed.
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Writes require a token.').waitFor();

    await token.fill(await issuer.issue());
    await page.getByRole('button', { name: 'Add a laptop' }).click();
    for (const [name, value] of Object.entries({ id: '1', title: 'Lenovo', model: 'S3' })) {
      await dialog.locator(`[name="${name}"]`).fill(value);
    }
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.locator('tr[data-id="1"]').waitFor();

    await page.reload();
    await page.locator('tr[data-id="1"]').waitFor();
    assert.is(await token.inputValue(), '');
  }));
test('is needed for the import of a file', () =>
  browser.visit(laptops.url, async (page) => {
    const dialog = page.getByRole('dialog');
    const importFile = async () => {
      await page.getByRole('button', { name: 'Import a file' }).click();
      const buffer = Buffer.from('id,title,model\n2,Lenovo,S3\n');
      await dialog
        .locator('input[type=file]')
        .setInputFiles({ name: 'rows.csv', mimeType: 'text/csv', buffer });
      await dialog.getByRole('button', { name: 'Import 1 row' }).click();
    };
    await importFile();
    await dialog.getByRole('alert').filter({ hasText: 'The import stopped.' }).waitFor();
    await dialog.getByText('1 row not sent').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Writes require a token.').waitFor();
    await page.getByLabel('Bearer token for writes').fill(await issuer.issue());
    await importFile();
    await dialog.getByText('1 laptop added').waitFor();
  }));
tokens.after(async () => {
  await browser.close();
  await laptops.stop();
  await connection.nc.close();
  await broker.close();
  await rm(folder, { recursive: true });
});
tokens.run();
