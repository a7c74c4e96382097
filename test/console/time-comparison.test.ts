/** The comparison of a past state with the current one, in the web console. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { awaitHash, button, changes, row, startConsoleHistory } from '../support/http/console-history.ts';

const { system, laptops, first, third, last } = await startConsoleHistory();
const browser = await openBrowser();

const comparison = suite('a comparison with now');
const testComparison = inBrowser(comparison);

testComparison('marks added, changed and removed rows with a word and an icon, and counts them', () =>
  browser.visit(`${laptops.url}/#/?asOf=${third}`, async (page) => {
    await row(page, 2).waitFor();
    await button(page, 'Compare with now').click();
    for (const count of ['1 added', '1 changed', '1 removed', '2 unchanged']) {
      await changes(page).getByRole('button', { name: count, exact: true }).waitFor();
    }
    for (const [id, kind] of [
      [4, 'Added'],
      [1, 'Changed'],
      [2, 'Removed'],
    ] as const) {
      const mark = row(page, id).locator('td.change');
      assert.is(await mark.innerText(), kind);
      assert.is(await mark.locator('svg').count(), 1);
    }
    assert.match(await row(page, 1).innerText(), /S3\s*→\s*S4/);
    assert.is(await row(page, 3).count(), 0);
    await changes(page).getByRole('button', { name: '2 unchanged' }).click();
    await row(page, 3).getByText('Unchanged').waitFor();
    await changes(page).getByRole('button', { name: '1 removed' }).click();
    await row(page, 2).waitFor({ state: 'detached' });
    await button(page, 'Compare with now').click();
    await row(page, 2).getByText('XPS').waitFor();
    await awaitHash(page, `#/?asOf=${third}`);
  }),
);
testComparison('follows new events', () =>
  browser.visit(`${laptops.url}/#/?asOf=${last}&compare`, async (page) => {
    await page.getByText('Nothing has changed since then.').waitFor();
    await laptops.post('/laptops', { json: { id: 5, title: 'Framework', model: 'Laptop 13' } });
    await row(page, 5).getByText('Added').waitFor();
    await laptops.delete('/laptops/5');
    await page.getByText('Nothing has changed since then.').waitFor();
  }),
);
testComparison('includes rows that a filter selects then or now', () =>
  browser.visit(`${laptops.url}/#/?asOf=${third}&compare`, async (page) => {
    await row(page, 4).waitFor();
    await page.getByRole('form', { name: 'Filters' }).getByLabel('Model').fill('S4');
    await row(page, 4).waitFor({ state: 'detached' });
    await row(page, 1).getByText('Changed').waitFor();
  }),
);
testComparison('shows which fields of a laptop have changed', () =>
  browser.visit(`${laptops.url}/#/entity/1?asOf=${first}&compare`, async (page) => {
    await page.getByText('1 field changed since then').waitFor();
    const field = page.locator('.fields > div').filter({ hasText: 'Changed' });
    assert.match(await field.innerText(), /Model\s+Changed\s+S3\s*→\s*S4/);
  }),
);
testComparison('shows that a laptop was added or removed', async () => {
  await browser.visit(`${laptops.url}/#/entity/4?asOf=${first}&compare`, async (page) => {
    await page.getByText('Added since then').waitFor();
    await page.locator('.fields').getByText('Acer').waitFor();
  });
  await browser.visit(`${laptops.url}/#/entity/2?asOf=${third}&compare`, async (page) => {
    await page.getByText('Removed since then').waitFor();
    await page.locator('.fields').getByText('XPS').waitFor();
  });
});
comparison.after(async () => {
  await browser.close();
  await system.close();
});
comparison.run();
