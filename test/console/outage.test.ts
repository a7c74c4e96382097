/** The page says what is away, goes on by itself when it is back, and has missed nothing. */

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
const gone = (page: Page) => page.getByText('This replica is gone.');
const away = (page: Page) => page.getByText('The broker is away');

const losing = suite('without a reload');
const lose = inBrowser(losing);

lose(
  'the broker goes: what is known stays to be read, a change says why it cannot be; and it comes back',
  () =>
    browser.visit(url, async (page) => {
      await row(page, 1).waitFor();
      await page.evaluate('globalThis.wasLoadedOnce = true');
      await system.broker.kill();
      await away(page).waitFor();
      await page.locator('.strip .ill').getByText('away').waitFor();
      await row(page, 1).getByText('S3').waitFor();

      await page.getByRole('button', { name: 'Add a laptop' }).click();
      const dialog = page.getByRole('dialog');
      for (const [name, value] of Object.entries({ id: '2', title: 'Later', model: 'On' })) {
        await dialog.locator(`[name="${name}"]`).fill(value);
      }
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      await dialog.getByRole('alert').filter({ hasText: 'event log' }).waitFor();

      await system.broker.restart();
      await away(page).waitFor({ state: 'detached' });
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      await row(page, 2).getByText('Later').waitFor();
      assert.is(await page.evaluate('globalThis.wasLoadedOnce'), true);
    }),
);
lose('the replica goes: what happens meanwhile is there once it is back, each event once', () =>
  browser.visit(url, async (page) => {
    await row(page, 2).waitFor();
    await page.evaluate('globalThis.wasLoadedOnce = true');
    await replica.stop('SIGKILL');
    await gone(page).waitFor();
    await row(page, 2).getByText('Later').waitFor();
    await publishAll(nc, [laptopAdded(3, 'While', 'Away'), laptopAdded(4, 'While', 'Away')]);
    replica = launch();
    await gone(page).waitFor({ state: 'detached' });
    await row(page, 4).getByText('Away').waitFor();
    await publishAll(nc, [laptopAdded(5, 'After', 'It')]);
    await row(page, 5).waitFor();

    await page.getByRole('link', { name: 'Log' }).click();
    const lines = page.locator('.log summary');
    await lines.first().getByText('After').waitFor();
    const positions = await lines.locator('.position').allTextContents();
    assert.equal(positions, ['5', '4', '3', '2', '1']);
    assert.is(await page.evaluate('globalThis.wasLoadedOnce'), true);
  }),
);
lose('a replica that is starting shows the page, and how far it is', async () => {
  await replica.stop();
  await system.broker.kill();
  replica = launch();
  for (let isThere = false; !isThere;)
    isThere = await fetch(url).then(
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
losing.run();

const ending = suite('in the end');
ending('nothing is left', async () => {
  await browser.close();
  await replica.stop();
  await system.close();
});
ending.run();
