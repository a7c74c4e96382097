/** The web console distinguishes error responses from a replica that does not respond, and goes on by itself. */

import { Kvm } from '@nats-io/kv';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultProduct } from '../../src/kit/domain/product.ts';
import { eventually } from '../support/eventually.ts';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { startFailingProxy } from '../support/http/failing-proxy.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops');
const proxy = await startFailingProxy(laptops.url);
const bucket = await new Kvm(system.connection.nc).open(defaultProduct.configBucket);
await laptops.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } });
const browser = await openBrowser();

const row = (page: Page, id: number) => page.locator(`tr[data-id="${id}"]`);
const unreachable = (page: Page) => page.getByText('This replica is unreachable.');
const limited = (page: Page) => page.getByText('The request rate limit is exceeded.');

const responses = suite('the console');
const test = inBrowser(responses);

test('reports a rate limit, sends no read before Retry-After has passed, and goes on', () =>
  browser.visit(proxy.url, async (page) => {
    await row(page, 1).waitFor();
    const sentAt: number[] = [];
    proxy.onRequest((path) => {
      if (!path.startsWith('/laptops') || path.includes('/events')) return undefined;
      sentAt.push(performance.now());
      return { status: 429, headers: { 'Retry-After': '3' }, body: '' };
    });
    await limited(page).waitFor();
    await page.getByText('Retrying after 3 s.').waitFor();
    assert.is(await unreachable(page).count(), 0);
    await laptops.post('/laptops', { json: { id: 2, title: 'While', model: 'Limited' } });
    await eventually(() => assert.ok(sentAt.length >= 3));
    // The reads that were sent before the first response arrived are in the first burst.
    const [first = 0] = sentAt;
    const early = sentAt.filter((at) => at > first + 500 && at < first + 2_900);
    assert.equal(early, []);
    proxy.onRequest(() => undefined);
    await limited(page).waitFor({ state: 'detached' });
    await row(page, 2).getByText('Limited').waitFor();
  }));
test('catches up under a rate limit of the service that it exceeds', () =>
  browser.visit(laptops.url, async (page) => {
    await row(page, 1).waitFor();
    await bucket.put('laptops.rate-limit-burst', '0');
    await bucket.put('laptops.rate-limit-per-second', '2');
    let isLimited = false;
    const load = (async () => {
      while (!isLimited) await laptops.get('/laptops');
    })();
    await limited(page).waitFor();
    isLimited = true;
    await load;
    assert.is(await unreachable(page).count(), 0);
    await eventually(async () => {
      const { status } = await laptops.post('/laptops', { json: { id: 3, title: 'Under', model: 'Limit' } });
      assert.is(status, 201);
    });
    await row(page, 3).getByText('Limit').waitFor();
    await bucket.put('laptops.rate-limit-per-second', '0');
    await limited(page).waitFor({ state: 'detached' });
  }));
for (const [status, body] of [
  [502, '<h1>Bad Gateway</h1>'],
  [403, '{"error":"blocked"}'],
  [200, '<h1>Sign in to this network</h1>'],
] as const) {
  test(`reports a response with status ${status} that does not come from the service, and recovers`, () =>
    browser.visit(proxy.url, async (page) => {
      await row(page, 1).waitFor();
      proxy.onRequest((path) => (path.startsWith('/laptops') ? { status, body } : undefined));
      await page.getByText(`The response has status ${status} and does not come from the service.`).waitFor();
      assert.is(await unreachable(page).count(), 0);
      proxy.onRequest(() => undefined);
      await page.getByText('Requests to this replica fail.').waitFor({ state: 'detached' });
    }));
}
responses.after(async () => {
  await browser.close();
  proxy.close();
  await system.close();
});
responses.run();
