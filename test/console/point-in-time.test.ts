/** Point-in-time views of the web console: the table, and one entity with its history. */

import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { positionOf } from '../support/http/http.ts';
import { assertFitsWindow } from '../support/http/page-checks.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops', { env: { TRACE_URL: 'https://traces.example/{traceId}' } });
const traceId = '0af7651916cd43dd8448eb211c80319c';
const added = positionOf(await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } }));
const revised = positionOf(
  await laptops.put('/laptops/1', {
    json: { title: 'Lenovo', model: 'S4' },
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  }),
);
const second = positionOf(await laptops.post('/laptops', { json: { id: 2, title: 'Dell', model: 'XPS' } }));
const [rejected = 0] = await publishAll(system.connection.nc, [laptopAdded(1, 'again', 'no')]);
const removed = positionOf(await laptops.delete('/laptops/2'));
const browser = await openBrowser();

const row = (page: Page, id: number) => page.locator(`tr[data-id="${id}"]`);
const notice = (page: Page) => page.locator('.notice.historical');

const historicalTables = suite('the table at a point in time');
const testTable = inBrowser(historicalTables);

testTable('is marked as historical and read-only', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).getByText('S4').waitFor();
    assert.is(await row(page, 2).count(), 0);
    await page.getByLabel('Position').fill(String(added));
    await page.getByLabel('Position').press('Enter');
    await notice(page).getByText(`as of position ${added}`).waitFor();
    await row(page, 1).getByText('S3').waitFor();
    await page.getByRole('heading', { name: 'Laptops (historical)' }).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Add a laptop' }).isDisabled());
    assert.is(await page.getByRole('button', { name: /^(Revise|Remove) laptop/ }).count(), 0);
    assert.match((await page.locator('section.view').getAttribute('class')) ?? '', 'historical');

    await page.getByRole('button', { name: 'Return to live view' }).click();
    await row(page, 1).getByText('S4').waitFor();
    assert.is(await notice(page).count(), 0);
  });
});
testTable('retains a partially typed position across updates', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).getByText('S4').waitFor();
    const field = page.getByLabel('Position');
    await field.fill('');
    await field.pressSequentially(String(added));
    // The result of the first status poll is rendered before the second one is sent.
    for (let polls = 0; polls < 2; polls += 1) {
      await page.waitForResponse((response) => response.url().endsWith('/laptops/status'));
    }
    assert.is(await field.inputValue(), String(added));
    await field.press('Enter');
    await notice(page).getByText(`as of position ${added}`).waitFor();
  });
});
testTable('can be selected with the slider by keyboard', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    const slider = page.getByRole('slider', { name: 'Moment' });
    const assertSliderAt = (position: number) =>
      eventually(async () => assert.is(await slider.inputValue(), String(position)), 30_000);
    // The slider receives its maximum shortly after the rows are displayed.
    await assertSliderAt(removed);
    await slider.focus();
    for (let position = removed; position > second; position -= 1) {
      await page.keyboard.press('ArrowLeft');
      await assertSliderAt(position - 1);
    }
    await row(page, 2).getByText('XPS').waitFor();
    await page.keyboard.press('Home');
    await page.getByText('No laptops existed at this point.').waitFor();
  });
});
testTable('can be selected by time', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    await page.getByLabel('Time').fill('2020-01-31T12:00:00');
    await notice(page).getByText('31 Jan 2020').waitFor();
    await page.getByText('No laptops existed at this point.').waitFor();
  });
});
testTable('is not affected by new events', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    await page.getByLabel('Position').fill(String(revised));
    await page.getByLabel('Position').press('Enter');
    await page.getByText('Changes are disabled.').waitFor();
    await laptops.post('/laptops', { json: { id: 3, title: 'New', model: 'One' } });
    await page
      .getByText(/^\d+ of \d+$/)
      .filter({ hasText: `${removed + 1} of` })
      .waitFor();
    assert.is(await row(page, 3).count(), 0);
    await page.getByRole('button', { name: 'Return to live view' }).click();
    await row(page, 3).waitFor();
  });
});
testTable('retains the selected text of the position field when the position advances', async () => {
  await browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    const field = page.getByLabel('Position');
    const slider = page.getByRole('slider', { name: 'Moment' });
    await field.selectText();
    const advanced = positionOf(
      await laptops.post('/laptops', { json: { id: 4, title: 'New', model: 'Two' } }),
    );
    await eventually(async () => assert.is(await slider.inputValue(), String(advanced)), 30_000);
    await page.keyboard.type(String(added));
    assert.is(await field.inputValue(), String(added));
  });
});
historicalTables.run();

const entities = suite('the view of one laptop');
const testEntity = inBrowser(entities);

testEntity('shows each event with its position, message id and changes', async () => {
  await browser.visit(`${laptops.url}/#/entity/1`, async (page) => {
    const entries = page.locator('.timeline > li');
    const change = entries.filter({ hasText: 'LaptopRevised' });
    await change.getByRole('list', { name: 'Changes' }).getByText('S3').waitFor();
    assert.match((await change.textContent()) ?? '', /Model: *S3 *→ *S4/);
    assert.match((await change.textContent()) ?? '', /message [0-9a-f-]{36}/);
    assert.match((await change.textContent()) ?? '', String(revised));
    assert.not.match((await change.textContent()) ?? '', 'Title: Lenovo →');
    const trace = change.getByRole('link', { name: traceId });
    assert.is(await trace.getAttribute('href'), `https://traces.example/${traceId}`);
    const rejectedEntry = entries.filter({ hasText: 'Rejected: the laptop already exists' });
    await rejectedEntry.getByText('no changes', { exact: true }).waitFor();
    assert.match((await rejectedEntry.textContent()) ?? '', String(rejected));
    assert.is(await entries.count(), 3);
  });
});
testEntity('shows the raw message of an event in the history', () =>
  browser.visit(`${laptops.url}/#/entity/1`, async (page) => {
    await page.getByRole('button', { name: 'raw' }).last().click();
    const text = (await page.locator('.timeline pre').textContent()) ?? '';
    assert.match(text, `"position": ${added}`);
    assert.match(text, '"type": "LaptopAdded"');
  }),
);
testEntity('can show the state after an event', async () => {
  await browser.visit(`${laptops.url}/#/entity/1`, async (page) => {
    await page.getByRole('button', { name: `Show version at position ${added}`, exact: true }).click();
    await page.getByRole('heading', { name: 'Laptop 1 (historical)' }).waitFor();
    await page.locator('.fields').getByText('S3').waitFor();
    await page.locator(`.timeline > li[aria-current="step"]`).getByText('LaptopAdded').waitFor();
    await page.getByRole('button', { name: 'Return to live view' }).click();
    await page.locator('.fields').getByText('S4').waitFor();
  });
});
testEntity('marks the events after the moment', async () => {
  await browser.visit(`${laptops.url}/#/entity/1?asOf=${added}`, async (page) => {
    const later = page.locator('.timeline > li').filter({ hasText: 'after this moment' });
    await later.filter({ hasText: 'LaptopRevised' }).waitFor();
    assert.is(await later.count(), 2);
    assert.is(await later.getByText(String(added), { exact: true }).count(), 0);
    await page.getByRole('button', { name: 'Return to live view' }).click();
    await later.first().waitFor({ state: 'detached' });
  });
});
testEntity('has a title that is not cut on a phone', () =>
  browser.visit(
    `${laptops.url}/#/entity/1?asOf=${added}`,
    async (page) => {
      const title = page.getByRole('heading', { name: 'Laptop 1 (historical)' });
      await title.waitFor();
      await page.getByText('connected', { exact: true }).waitFor();
      assert.is(
        await page.evaluate(
          '(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector("h1"))',
        ),
        0,
      );
      await assertFitsWindow(page);
    },
    { viewport: { width: 390, height: 844 } },
  ),
);
testEntity('shows a removed laptop as not existing, with its history', async () => {
  await browser.visit(`${laptops.url}/#/entity/2`, async (page) => {
    await page.getByText('The laptop does not exist.').waitFor();
    await page.getByText('LaptopRemoved').waitFor();
    await page.getByRole('button', { name: `Show version at position ${second}`, exact: true }).click();
    await page.locator('.fields').getByText('XPS').waitFor();
  });
});
testEntity('reports a laptop that never existed', async () => {
  await browser.visit(`${laptops.url}/#/entity/99`, async (page) => {
    await page.getByText('No laptop 99 has ever existed.').waitFor();
  });
});
testEntity('is updated by new events', async () => {
  await browser.visit(`${laptops.url}/#/entity/1`, async (page) => {
    await page.locator('.fields').getByText('S4').waitFor();
    await laptops.put('/laptops/1', { json: { title: 'Lenovo', model: 'S5' } });
    await page.locator('.fields').getByText('S5').waitFor();
    await page.getByText('History: 4 messages').waitFor();
  });
});
entities.after(async () => {
  await browser.close();
  await system.close();
});
entities.run();
