/** The event log of the web console. */

import { readFile } from 'node:fs/promises';
import { jetstream } from '@nats-io/jetstream';
import { headers } from 'nats';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const { nc } = system.connection;
const laptops = await system.start('laptops');
await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } });
const browser = await openBrowser();

const lines = (page: Page) => page.locator('.log .event');
const line = (page: Page, position: number) => page.locator(`#message-${position}`);
const panel = (page: Page, position: number) =>
  page.getByRole('complementary', { name: `Message ${position}`, exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const visitLog = (action: (page: Page) => Promise<void>, query = '') =>
  browser.visit(`${laptops.url}/#/log${query}`, async (page) => {
    await lines(page).first().waitFor();
    await action(page);
  });

const eventLog = suite('the event log');
const test = inBrowser(eventLog);

test('shows earlier events and adds new ones as they arrive', () =>
  visitLog(async (page) => {
    await publishAll(nc, [laptopAdded(2, 'Dell', 'XPS')]);
    await lines(page).first().getByText('model: XPS').waitFor();
    assert.is(await lines(page).count(), 2);
  }));
test('opens a message with its payload, headers and changes', async () => {
  const fields = headers();
  fields.set('Portside-Actor', 'mia');
  const { seq } = await jetstream(nc).publish(
    'laptops.events.2',
    '{"type":"LaptopRevised","model":"XPS 13"}',
    {
      headers: fields,
    },
  );
  await visitLog(async (page) => {
    await line(page, seq).click();
    const text = (await panel(page, seq).locator('pre').textContent()) ?? '';
    assert.equal(JSON.parse(text), { type: 'LaptopRevised', model: 'XPS 13' });
    await panel(page, seq).getByRole('list', { name: 'Changes' }).getByText('XPS 13').waitFor();
    await panel(page, seq).getByText('Portside-Actor').waitFor();
    await panel(page, seq).getByText('mia').first().waitFor();
    const nats = panel(page, seq).getByRole('button', { name: 'Copy as nats' });
    assert.is(await nats.getAttribute('title'), `nats stream get LAPTOPS ${seq}`);
    const curl = panel(page, seq).getByRole('button', { name: 'Copy as curl' });
    assert.is(await curl.getAttribute('title'), `curl -i ${laptops.url}/laptops/log/${seq}`);
    await panel(page, seq).getByRole('link', { name: 'laptop 2' }).waitFor();
  });
});
test('is used with the keyboard: up and down select, Enter opens, Escape closes', () =>
  visitLog(async (page) => {
    const grid = page.getByRole('grid', { name: 'Messages' });
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.locator('.event[aria-selected="true"]#message-2').waitFor();
    assert.is(await grid.getAttribute('aria-activedescendant'), 'message-2');
    await page.keyboard.press('Enter');
    await panel(page, 2).locator('pre').waitFor();
    await page.keyboard.press('ArrowDown');
    await panel(page, 1).locator('pre').waitFor();
    await page.keyboard.press('ArrowUp');
    await panel(page, 2).locator('pre').waitFor();
    await page.keyboard.press('Escape');
    await panel(page, 2).waitFor({ state: 'detached' });
    await page.keyboard.press('Home');
    await page.locator('.event[aria-selected="true"]#message-3').waitFor();
  }));
test('has an address for an open message', async () => {
  await visitLog(async (page) => {
    await line(page, 2).click();
    await page.waitForURL(`${laptops.url}/#/log?at=2&open`);
  });
  await visitLog((page) => panel(page, 2).locator('pre').waitFor(), '?at=2&open');
});
test('keeps the address of a page that is opened directly after a message', () =>
  visitLog(async (page) => {
    // As if the page was too slow to read the new address before the one of the message is due.
    await page.addInitScript(`addEventListener('hashchange', (event) => event.stopImmediatePropagation())`);
    await page.reload();
    await line(page, 2).waitFor();
    const address = await page.evaluate(`
      document.querySelector('#message-2').click();
      document.querySelector('#message-1').click();
      location.hash = '#/entity/1';
      new Promise((resolve) => setTimeout(() => resolve(location.hash), 400));
    `);
    assert.is(address, '#/entity/1');
  }));
test('can be filtered by type, id, actor and text', () =>
  visitLog(async (page) => {
    await laptops.put('/laptops/1', { json: { title: 'Lenovo', model: 'S4' } });
    await page.getByLabel('Type').selectOption('LaptopRevised');
    await lines(page).getByText('LaptopAdded').first().waitFor({ state: 'detached' });
    await lines(page).getByText('model: S4').waitFor();
    await page.getByText('2 matches in 4 of 4 positions').waitFor();
    assert.is(await lines(page).count(), 2);
    await button(page, 'Remove the filter type LaptopRevised').click();
    await lines(page).getByText('LaptopAdded').first().waitFor();
    await page.getByLabel('Id').fill('2');
    await lines(page).filter({ hasText: 'S4' }).waitFor({ state: 'detached' });
    await eventually(async () => assert.is(await lines(page).count(), 2));
    await page.getByLabel('Actor').fill('mia');
    await line(page, 2).waitFor({ state: 'detached' });
    await line(page, 3).waitFor();
    await page.getByLabel('Text').fill('xps 13');
    await page.waitForURL(`${laptops.url}/#/log?id=2&actor=mia&text=xps+13`);
    await line(page, 3).waitFor();
    await page.getByLabel('Text').fill('nowhere');
    await page.getByText('No matching events.').waitFor();
  }));
test('shows the same for an address with filters, and adds new events that match', () =>
  visitLog(async (page) => {
    await eventually(async () => assert.is(await lines(page).count(), 2));
    await publishAll(nc, [
      laptopAdded(10),
      { subject: 'laptops.events.10', payload: '{"type":"LaptopRevised","model":"S5"}' },
    ]);
    await lines(page).getByText('model: S5').waitFor();
    await eventually(async () => assert.is(await lines(page).count(), 3));
  }, '?type=LaptopRevised'));
test('says why the service does not accept a filter', () =>
  browser.visit(`${laptops.url}/#/log?type=Flown`, async (page) => {
    await page.getByText(/must be one of LaptopAdded/).waitFor();
  }));
test('does not change while paused, and shows the missed events when resumed', () =>
  visitLog(async (page) => {
    const before = await lines(page).count();
    await page.getByRole('button', { name: 'Pause' }).click();
    await publishAll(nc, [laptopAdded(20), laptopAdded(21), laptopAdded(22)]);
    await page.getByRole('button', { name: 'Resume (3 new)' }).waitFor();
    assert.is(await lines(page).count(), before);
    await page.getByRole('button', { name: 'Resume (3 new)' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await eventually(async () => assert.is(await lines(page).count(), before + 3));
  }));
test('lists rejected messages with their reasons, and what would have been accepted', () =>
  visitLog(async (page) => {
    await button(page, '0 rejected messages').click();
    await page.getByText('No messages have been rejected.').waitFor();
    nc.publish('laptops.events.1', 'not JSON at all');
    const [position = 0] = await publishAll(nc, [laptopAdded(1)]);
    await button(page, '2 rejected messages').waitFor();
    await page.getByRole('link', { name: 'Event log 2 rejected' }).waitFor();
    const list = page.getByRole('complementary', { name: 'Rejected messages' });
    await list.getByRole('button', { name: 'the laptop already exists' }).click();
    await panel(page, position)
      .getByText('an event that follows from the earlier events on laptops.events.1')
      .waitFor();
    // The reason, and the payload as a value.
    await line(page, position - 1)
      .locator('.error')
      .getByText('not JSON', { exact: true })
      .waitFor();
    assert.is(
      await line(page, position - 1)
        .locator('code')
        .textContent(),
      'not JSON at all',
    );
    await line(page, position - 1).click();
    await panel(page, position - 1)
      .getByText('Rejected: not JSON')
      .waitFor();
    await panel(page, position - 1)
      .getByText('not JSON at all')
      .waitFor();
    await page.getByLabel('Type').selectOption('rejected messages');
    await page.getByText('2 matches').waitFor();
    await eventually(async () => assert.is(await page.locator('.log .event.rejected').count(), 2));
  }));
test('is linked from the finding of the doctor about rejected messages', () =>
  browser.visit(`${laptops.url}/#/health`, async (page) => {
    await page.getByRole('link', { name: 'Show the rejected messages' }).click();
    await page.waitForURL(`${laptops.url}/#/log?rejected=true`);
    await page.getByText('2 matches').waitFor();
  }));
test('shows the rate of each type', () =>
  visitLog(async (page) => {
    const rates = page.getByRole('list', { name: 'Rates of the last five minutes' });
    const rate = rates.getByRole('button', { name: /^LaptopPortUnfit|^LaptopRemoved/ }).first();
    const path = rate.locator('path');
    const before = await path.getAttribute('d');
    await laptops.delete('/laptops/22');
    await eventually(async () => assert.is.not(await path.getAttribute('d'), before));
    await rates.getByRole('button', { name: /^LaptopRemoved/ }).click();
    await page.waitForURL(`${laptops.url}/#/log?type=LaptopRemoved`);
  }));

/** Exports the log in a format, and returns the lines of the file. */
async function exportLog(page: Page, format: string): Promise<string[]> {
  await button(page, 'Export').click();
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, format).click()]);
  const text = await readFile(await download.path(), 'utf8');
  return text.trimEnd().split(/\r?\n/);
}

test('exports the messages that match as NDJSON or CSV', async () => {
  await publishAll(nc, [laptopAdded(30, '=1+1', 'a "quoted", model')]);
  await visitLog(async (page) => {
    const [only = '', ...others] = await exportLog(page, 'NDJSON');
    assert.equal(others, []);
    assert.is(JSON.parse(only).event.title, '=1+1');
    await page.getByText('Exported NDJSON: 1 message').waitFor();
  }, '?id=30');
  await visitLog(async (page) => {
    const [head, ...rows] = await exportLog(page, 'CSV');
    assert.is(head, 'position,time,subject,id,type,actor,messageId,traceparent,rejected,content');
    assert.is(rows.length, 1);
    assert.match(rows[0] ?? '', /,laptops\.events\.30,30,LaptopAdded,/);
    assert.match(rows[0] ?? '', String.raw`a \""quoted\"", model`);
  }, '?id=30');
});
test('exports a range of positions', () =>
  visitLog(async (page) => {
    await button(page, 'Export').click();
    await page.getByLabel('From position').fill('2');
    await page.getByLabel('To position').fill('3');
    const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'NDJSON').click()]);
    assert.is(download.suggestedFilename(), 'laptops-log-2-3.ndjson');
    const text = await readFile(await download.path(), 'utf8');
    assert.equal(
      text
        .trimEnd()
        .split('\n')
        .map((entry) => JSON.parse(entry).position),
      [2, 3],
    );
    await page.getByLabel('From position').fill('9');
    await page.getByText(/^The positions are/).waitFor();
  }));
eventLog.after(async () => {
  await browser.close();
  await system.close();
});
eventLog.run();
