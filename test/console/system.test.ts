/** The web console of one service shows all services of the system. */

import { createServer, request as forward } from 'node:http';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops');
const ports = await system.start('ports');
await ports.post('/ports', { json: { id: 3, name: 'USB-C' } });
await publishAll(system.connection.nc, [laptopAdded(1), laptopAdded(2)]);
await laptops.put('/laptops/1/ports/3');
const browser = await openBrowser();

const link = (page: Page, name: string | RegExp) =>
  page.getByRole('navigation').getByRole('link', { name }).first();
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

const console = suite('the console of one service');
const test = inBrowser(console);

test('shows the icon of the product', () =>
  browser.visit(laptops.url, async (page) => {
    await page.waitForFunction('document.querySelector(".brand img")?.naturalWidth > 0');
  }));
test('links to the same page of the other services', () =>
  browser.visit(`${laptops.url}/#/log`, async (page) => {
    await link(page, 'healthy: ports').waitFor();
    assert.is(await link(page, /ports$/).getAttribute('href'), `${ports.url}/#/log`);
  }));
test('opens the navigation from the header on a phone, and closes it after a choice', () =>
  browser.visit(
    laptops.url,
    async (page) => {
      await page.locator('tr[data-id="1"]').waitFor();
      assert.is(await page.getByRole('link', { name: 'Health', exact: true }).count(), 0);
      await page.getByRole('button', { name: 'Menu' }).click();
      await page.getByRole('link', { name: 'Health', exact: true }).click();
      await page.getByRole('heading', { name: 'Health' }).first().waitFor();
      await page.getByRole('link', { name: 'Health', exact: true }).waitFor({ state: 'detached' });
    },
    { viewport: { width: 390, height: 844 } },
  ));
test('links to entities of the other services', () =>
  browser.visit(`${laptops.url}/#/entity/1`, async (page) => {
    const reference = page.getByRole('definition').getByRole('link', { name: 'USB-C' });
    await reference.waitFor();
    assert.is(await reference.getAttribute('href'), `${ports.url}/#/entity/3`);
  }));
test('lists the entities of the other service that refer to one', () =>
  browser.visit(`${ports.url}/#/entity/3`, async (page) => {
    const related = page.getByRole('link', { name: 'Lenovo S3' });
    await related.waitFor();
    assert.is(await related.getAttribute('href'), `${laptops.url}/#/entity/1`);
    await laptops.delete('/laptops/1/ports/3');
    await related.waitFor({ state: 'detached' });
    await page.getByText('none', { exact: true }).waitFor();
    await laptops.put('/laptops/1/ports/3');
    await related.waitFor();
  }));
test('shows every replica, and whether the states of replicas agree', async () => {
  const second = await system.start('laptops');
  await browser.visit(`${ports.url}/#/system`, async (page) => {
    const of = card(page, 'laptops');
    await of.getByText('2 replicas').waitFor();
    assert.is(await of.getByRole('row').count(), 3);
    await of.getByText('states agree at position 5').waitFor();
    await card(page, 'ports').getByText('serves this page').waitFor();
    // One replica has nothing to be compared with.
    const compare = page.getByRole('button', { name: /^Compare states of/ });
    assert.is(await compare.count(), 1);
    assert.is(await compare.getAttribute('aria-label'), 'Compare states of laptops');
    await second.stop();
    await of.getByText('1 replica', { exact: true }).waitFor();
    await compare.waitFor({ state: 'detached' });
  });
});
test('shows everything of a replica on a phone, without scrolling sideways', () =>
  browser.visit(
    `${laptops.url}/#/system`,
    async (page) => {
      const of = card(page, 'laptops');
      await of.getByText('serves this page').waitFor();
      const cells = await of.getByRole('row').last().getByRole('cell').all();
      const labels = await Promise.all(cells.map((cell) => cell.getAttribute('data-label')));
      assert.is(
        labels.join(', '),
        'Version, Position, Lag, Entities, Uptime, Memory, Event loop, NATS requests, State',
      );
      for (const cell of cells) {
        const box = await cell.boundingBox();
        assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 390);
      }
    },
    { viewport: { width: 390, height: 844 } },
  ));
test('shows that no replica of a service replies any more', () =>
  browser.visit(`${ports.url}/#/system`, async (page) => {
    await card(page, 'laptops').getByRole('row').nth(1).waitFor();
    await laptops.stop();
    await card(page, 'laptops').getByText('No replica replies.').waitFor();
    await page.getByRole('navigation').getByText('no replica replies').waitFor();
  }));
test('links to the PUBLIC_URL of a service', async () => {
  const laptopsUrl = 'https://laptops.example.com/console/';
  await system.start('laptops', { env: { PUBLIC_URL: laptopsUrl } });
  await browser.visit(ports.url, async (page) => {
    await page.locator(`nav a[href="${laptopsUrl}#/"]`).waitFor();
  });
});
test('works below a path, behind a gateway that removes it', async () => {
  const gateway = createServer((request, response) => {
    const { method, headers, url = '' } = request;
    if (!url.startsWith('/below/')) {
      response.writeHead(404).end();
      return;
    }
    const forwarded = forward(new URL(url.slice('/below'.length), ports.url), { method, headers });
    request.pipe(forwarded);
    forwarded.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    response.on('close', () => forwarded.destroy());
  });
  await new Promise<void>((listening) => gateway.listen(0, '127.0.0.1', listening));
  const address = gateway.address();
  if (address === null || typeof address === 'string') throw new Error('the gateway has no port');
  await browser.visit(`http://127.0.0.1:${address.port}/below/`, async (page) => {
    await page.locator('tr[data-id="3"]').getByText('USB-C').waitFor();
    await page.getByRole('button', { name: 'Add a port' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('[name="id"]').fill('4');
    await dialog.locator('[name="name"]').fill('Below');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.locator('tr[data-id="4"]').getByText('Below').waitFor();
  });
  gateway.closeAllConnections();
  gateway.close();
});
console.after(async () => {
  await browser.close();
  await system.close();
});
console.run();
