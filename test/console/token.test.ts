/** Where changes need a token, the page asks for one, and keeps it to itself. */

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

const asking = suite('a service whose changes need a token');
const ask = inBrowser(asking);

ask('says so at the form, takes one, and forgets it with the page', () =>
  browser.visit(laptops.url, async (page) => {
    const dialog = page.getByRole('dialog');
    const token = page.getByLabel('Token for changes');
    await page.getByText('There are no laptops yet.').waitFor();
    await page.getByRole('button', { name: 'Add a laptop' }).click();
    for (const [name, value] of Object.entries({ id: '1', title: 'Lenovo', model: 'S3' })) {
      await dialog.locator(`[name="${name}"]`).fill(value);
    }
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByRole('alert').filter({ hasText: 'Authorization: Bearer' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    // Until then nothing else takes the focus.
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Changes need a token here.').waitFor();

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
  }),
);
asking.run();

const ending = suite('in the end');
ending('nothing is left', async () => {
  await browser.close();
  await laptops.stop();
  await connection.nc.close();
  await broker.close();
  await rm(folder, { recursive: true });
});
ending.run();
