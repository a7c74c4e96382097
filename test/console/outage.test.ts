/** The web console reports outages of broker and replica, and recovers without a reload or missed events. */

import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { createHttpClient } from '../support/http/http.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { launchServiceProcess } from '../support/process/service-process.ts';
import { startTestSystem } from '../support/process/system.ts';
import { findFreePort } from '../support/process/free-port.ts';

const system = await startTestSystem();
const { nc } = system.connection;
const httpPort = await findFreePort();
const url = `http://127.0.0.1:${httpPort}`;
const launch = () =>
  launchServiceProcess('laptops', {
    natsUrl: system.broker.url,
    env: { HTTP_PORT: String(httpPort), LOG_LEVEL: 'silent' },
  });
let replica = launch();
await replica.ready;
const { post } = createHttpClient(url);
await post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } });
const browser = await openBrowser();

const row = (page: Page, id: number) => page.locator(`tr[data-id="${id}"]`);
const replicaNotice = (page: Page) => page.getByText('This replica is unreachable.');
const brokerNotice = (page: Page) => page.getByText('The broker has been unreachable');

const outages = suite('without a reload, the console');
const test = inBrowser(outages);

test('keeps showing data and reports failed writes during a broker outage, then recovers', () =>
  browser.visit(url, async (page) => {
    await row(page, 1).waitFor();
    await page.evaluate('globalThis.wasLoadedOnce = true');
    await system.broker.kill();
    await brokerNotice(page).waitFor();
    await page.locator('.strip .danger').getByText('unreachable').waitFor();
    await row(page, 1).getByText('S3').waitFor();

    await page.getByRole('button', { name: 'Add a laptop' }).click();
    const dialog = page.getByRole('dialog');
    for (const [name, value] of Object.entries({ id: '2', title: 'Later', model: 'On' })) {
      await dialog.locator(`[name="${name}"]`).fill(value);
    }
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByRole('alert').filter({ hasText: 'event log' }).waitFor();

    await system.broker.restart();
    await brokerNotice(page).waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await row(page, 2).getByText('Later').waitFor();
    assert.is(await page.evaluate('globalThis.wasLoadedOnce'), true);
  }));
test('shows each event of a replica outage exactly once', () =>
  browser.visit(url, async (page) => {
    await row(page, 2).waitFor();
    await page.evaluate('globalThis.wasLoadedOnce = true');
    await replica.stop('SIGKILL');
    await replicaNotice(page).waitFor();
    await row(page, 2).getByText('Later').waitFor();
    await publishAll(nc, [laptopAdded(3, 'While', 'Away'), laptopAdded(4, 'While', 'Away')]);
    replica = launch();
    await replicaNotice(page).waitFor({ state: 'detached' });
    await row(page, 4).getByText('Away').waitFor();
    await publishAll(nc, [laptopAdded(5, 'After', 'It')]);
    await row(page, 5).waitFor();

    await page.getByRole('link', { name: 'Log' }).click();
    const lines = page.locator('.log .event');
    await lines.first().getByText('After').waitFor();
    const positions = await lines.locator('.position').allTextContents();
    assert.equal(positions, ['5', '4', '3', '2', '1']);
    assert.is(await page.evaluate('globalThis.wasLoadedOnce'), true);
  }));
test('is served by a starting replica and shows its progress', async () => {
  await replica.stop();
  await system.broker.kill();
  replica = launch();
  for (let isServed = false; !isServed;)
    isServed = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  await browser.visit(url, async (page) => {
    await page.getByText('This replica is not ready.').waitFor();
    await page.getByText('connecting to NATS').waitFor();
    await system.broker.restart();
    await row(page, 5).waitFor();
    await page.getByText('This replica is not ready.').waitFor({ state: 'detached' });
  });
});
outages.after(async () => {
  await browser.close();
  await replica.stop();
  await system.close();
});
outages.run();
