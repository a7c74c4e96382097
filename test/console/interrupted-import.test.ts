/** The import of a file in the web console that is cancelled, or interrupted by an outage. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { button, choose, dialog, importFile, status } from '../support/http/import-page.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops');
const browser = await openBrowser();
const countLaptops = () => system.countMessages('laptops.events.*');

const interrupted = suite('an import that is interrupted');
const test = inBrowser(interrupted);

test('can be cancelled, and continued with the same file', async () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => `${100_000 + index},Lenovo,S${index}`);
  const content = ['id,title,model', ...rows, ''].join('\n');
  await browser.visit(laptops.url, async (page) => {
    await choose(page, 'many.csv', content);
    await button(page, 'Import 10,000 rows').click();
    await status(page, /^[1-9][\d,]* of 10,000 rows$/);
    await page.keyboard.press('Escape');
    await button(page, 'Cancel').click();
    await status(page, /rows not sent$/);
    await button(page, 'Close').last().click();
    const [added = '', already = ''] = await importFile(page, 'many.csv', content);
    const counts = [added, already].map((text) => Number(/^[\d,]+/.exec(text)?.[0].replaceAll(',', '')));
    const [continued = 0, before = 0] = counts;
    assert.ok(continued > 0 && before > 0, `${added}, ${already}`);
    assert.is(continued + before, 10_000);
  });
});
test('continues after the connection was lost', async () => {
  const rows = Array.from({ length: 1_000 }, (_, index) => `${200_000 + index},Lenovo,S${index}`);
  await browser.visit(laptops.url, async (page) => {
    await choose(page, 'many.csv', ['id,title,model', ...rows, ''].join('\n'));
    await button(page, 'Import 1,000 rows').waitFor();
    await page.context().setOffline(true);
    await button(page, 'Import 1,000 rows').click();
    await dialog(page)
      .getByText(/does not respond .* Retrying automatically/)
      .waitFor();
    await page.context().setOffline(false);
    await status(page, '1,000 laptops added');
  });
});
test('waits while the broker is unreachable, and adds each row once', async () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => `${300_000 + index},Lenovo,S${index}`);
  await browser.visit(laptops.url, async (page) => {
    const before = await countLaptops();
    await choose(page, 'many.csv', ['id,title,model', ...rows, ''].join('\n'));
    await button(page, 'Import 10,000 rows').click();
    await status(page, /^[1-9][\d,]* of 10,000 rows$/);
    await system.broker.kill();
    await dialog(page)
      .getByText(/Retrying automatically/)
      .waitFor();
    await system.broker.restart();
    await status(page, '10,000 laptops added');
    assert.is(await countLaptops(), before + 10_000);
  });
});
interrupted.after(async () => {
  await browser.close();
  await system.close();
});
interrupted.run();
