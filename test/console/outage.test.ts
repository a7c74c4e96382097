/** The web console reports outages of broker and replica, and recovers without a reload or missed events. */

import type { Page, Route } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
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

test('says that it connects, until the first connection fails', () =>
  browser.visit(url, async (page) => {
    const state = page.getByRole('region', { name: 'Replica status' });
    await state.getByText('connected', { exact: true }).waitFor();
    const requests: Route[] = [];
    let isHeld = true;
    await page.route('**/laptops/events', (route) => (isHeld ? void requests.push(route) : route.continue()));
    await page.reload();
    await row(page, 1).waitFor();
    await state.getByText('connecting').waitFor();
    assert.is(await state.getByText('disconnected').count(), 0);
    assert.is(await state.locator('.dot.danger').count(), 0);
    await eventually(() => assert.is(requests.length, 1));
    await requests[0]?.abort();
    await state.getByText('disconnected').waitFor();
    isHeld = false;
    for (const request of requests.slice(1)) await request.abort();
    await state.getByText('connected', { exact: true }).waitFor();
  }));
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
