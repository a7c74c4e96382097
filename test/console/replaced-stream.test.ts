/** The web console shows what is stored after the stream was replaced by an older copy, without a reload. */

import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { eventually } from '../support/eventually.ts';
import { continueFromCopy, copyStream } from '../support/faults/restored-stream.ts';
import { createCleanup } from '../support/faults/scenario.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { findFreePort } from '../support/process/free-port.ts';
import { startLoggedService } from '../support/process/logged-service.ts';

const { defer, close } = createCleanup();
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const laptops = (from: number, to: number) => range(from, to).map((id) => laptopAdded(id, `Laptop ${id}`));

const broker = await startTestBroker();
defer(broker.close);

async function publish(messages: Parameters<typeof publishAll>[1]): Promise<void> {
  const { connection } = await eventually(() => connectForTest(broker));
  await publishAll(connection.nc, messages);
  await connection.nc.close();
}

await publish(laptops(1, 5));
const copy = await copyStream(broker, 'LAPTOPS');
defer(copy.close);
await publish(laptops(6, 9));
await publish([{ subject: 'laptops.events.1', payload: '{"type":"LaptopRevised","model":"Lost"}' }]);

const httpPort = await findFreePort();

async function start() {
  const service = await startLoggedService('laptops', {
    natsUrl: broker.url,
    env: { HTTP_PORT: String(httpPort) },
  });
  defer(() => service.stop('SIGKILL').then(() => undefined));
  return service;
}

let service = await start();
const browser = await openBrowser();
defer(browser.close);

async function replaceStream(messages: Parameters<typeof publishAll>[1]): Promise<void> {
  const { exited } = service;
  await continueFromCopy(broker, copy, messages);
  assert.is(await exited, 1);
  service = await start();
}

/** Waits until the table shows exactly the laptops with these ids. */
const awaitTable = (page: Page, ids: readonly number[]) =>
  eventually(async () => {
    const shown = "[...document.querySelectorAll('tr[data-id]')].map((row) => Number(row.dataset.id))";
    assert.equal(await page.evaluate(shown), ids);
  }, 60_000);

const replaced = suite('after the stream was replaced, the console');
const test = inBrowser(replaced);

test('shows the entities and events of a stream that is longer than the old one', () =>
  browser.visit(`${service.url}/#/entity/1`, async (page) => {
    await page.evaluate('globalThis.wasLoadedOnce = true');
    await page.getByText('Lost').first().waitFor();
    await replaceStream(laptops(21, 30));
    await page.getByText('Lost').first().waitFor({ state: 'detached' });
    await page.goto(`${service.url}/#/`);
    await awaitTable(page, [...range(1, 5), ...range(21, 30)]);
    await publish(laptops(31, 31));
    await awaitTable(page, [...range(1, 5), ...range(21, 31)]);

    await page.getByRole('link', { name: 'Log' }).click();
    await eventually(async () => {
      const positions = await page.locator('.log .event .position').allTextContents();
      assert.equal(positions.map(Number), range(1, 16).toReversed());
    });
    assert.is(await page.locator('.log .event').getByText('Laptop 9').count(), 0);
    assert.is(await page.evaluate('globalThis.wasLoadedOnce'), true);
  }));
test('shows changes in a stream that is shorter than the old one', () =>
  browser.visit(service.url, async (page) => {
    await awaitTable(page, [...range(1, 5), ...range(21, 31)]);
    await replaceStream(laptops(41, 42));
    await awaitTable(page, [...range(1, 5), 41, 42]);
    await publish(laptops(43, 44));
    await awaitTable(page, [...range(1, 5), ...range(41, 44)]);
  }));
test('notices it even if it had received no event', () =>
  browser.visit(`${service.url}/#/entity/1`, async (page) => {
    await publish([{ subject: 'laptops.events.1', payload: '{"type":"LaptopRevised","model":"Lost"}' }]);
    await page.route('**/laptops/events', (route) => route.abort());
    await page.reload();
    await page.getByText('Lost').first().waitFor();
    await replaceStream(laptops(61, 70));
    await page.unroute('**/laptops/events');
    await page.getByText('Lost').first().waitFor({ state: 'detached' });
    await page.goto(`${service.url}/#/`);
    await awaitTable(page, [...range(1, 5), ...range(61, 70)]);
  }));
replaced.after(close);
replaced.run();
